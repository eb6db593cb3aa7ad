"""Where the requests of a model go, and what travels with them: address, query, headers, key."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from agents.models.config import ModelsConfig, ModelSpec
from agents.models.providers import PROVIDERS
from tools.errors import UserError

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_KEY_COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Endpoint:
    """A resolved endpoint. `secrets` are the parts that no message may show."""

    base_url: str | None
    query: dict[str, str]
    headers: dict[str, str]
    key: str
    secrets: tuple[str, ...]

    @classmethod
    def of(cls, spec: ModelSpec) -> Endpoint:
        """Read the endpoint of a model from its spec and the environment.

        Raises:
            UserError: a variable is not set or holds what no header can, or the key command failed.
        """
        base_url, query = _split(spec.base_url)
        key = _key(spec)
        filled = {name: _filled(spec, value) for name, value in spec.headers.items()}
        _check_authorities()
        secret_headers = [filled[name] for name, value in spec.headers.items() if _VARIABLE.search(value)]
        return cls(
            base_url=base_url,
            query={**query, **{name: _filled(spec, value) for name, value in spec.query.items()}},
            headers={**filled, **_key_header(spec, key)},
            key=key,
            secrets=tuple(filter(None, [key, *secret_headers])),
        )


def endpoint_problems(config: ModelsConfig) -> list[str]:
    """Return what is missing in the environment for the config's models, one line for each problem."""
    problems = []
    for spec in config.models.values():
        try:
            if PROVIDERS[spec.provider].remote:
                Endpoint.of(spec)
        except UserError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))


def _split(base_url: str | None) -> tuple[str | None, dict[str, str]]:
    """Return the address without its query, and the query. SDKs would append the path of each request to it."""
    if not base_url:
        return base_url, {}
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(query="")), dict(parse_qsl(parts.query))


def _key(spec: ModelSpec) -> str:
    if spec.key_command:
        return _sendable(spec, "the output of key_command", _output(spec))
    if not spec.key_variable:
        return ""
    key = _sendable(spec, spec.key_variable, os.environ.get(spec.key_variable, ""))
    if not key:
        raise UserError(
            f"{spec.label}: no API key; set the environment variable {spec.key_variable} "
            "(export it in the shell that starts the run)"
        )
    return key


def _key_header(spec: ModelSpec, key: str) -> dict[str, str]:
    if not (spec.key_header and key):
        return {}
    return {spec.key_header: f"Bearer {key}" if spec.key_header.lower() == "authorization" else key}


def _output(spec: ModelSpec) -> str:
    try:
        done = subprocess.run(
            shlex.split(spec.key_command), capture_output=True, text=True, timeout=_KEY_COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        told = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise UserError(
            f"{spec.label}: key_command {spec.key_command!r} failed: {told[-1] if told else error}"
        ) from None
    return done.stdout


def _filled(spec: ModelSpec, value: str) -> str:
    """Return a value with `${NAME}` replaced by environment variables."""

    def of(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise UserError(f"{spec.label}: set the environment variable {match[1]}, which its headers or query need")
        return _sendable(spec, match[1], os.environ[match[1]])

    return _VARIABLE.sub(of, value)


def _sendable(spec: ModelSpec, name: str, value: str) -> str:
    """Return a value as a header can hold it. Secrets often come with a line break at their end."""
    value = value.strip()
    if not (value.isascii() and value.isprintable()):
        raise UserError(f"{spec.label}: {name} holds a character that no HTTP header can; copy the value again")
    return value


def _check_authorities() -> None:
    for name in _AUTHORITIES:
        if (place := os.environ.get(name)) and not Path(place).exists():
            raise UserError(f"{name}: there is no {place}; give the path of your certificates, or unset the variable")

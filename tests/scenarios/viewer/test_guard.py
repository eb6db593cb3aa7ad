"""Who may see a page: requests to the viewer's own address, from its own pages, with the token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.viewer.conftest import HOST, TOKEN, Site


def test_the_token_opens_the_pages_and_leaves_the_address(old_runs: Path) -> None:
    site = Site(old_runs)
    assert site.get("/").status_code == 403
    assert site.get("/?token=wrong").status_code == 403
    moved = site.client.get("/run/finished/search", params={"token": TOKEN, "q": "a b"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/run/finished/search?q=a+b")
    assert {"HttpOnly", "SameSite=strict"} <= set(moved.headers["set-cookie"].split("; "))
    assert site.get("/").status_code == 200


def test_no_redirect_leads_to_another_host(old_runs: Path) -> None:
    moved = Site(old_runs).client.get(f"http://{HOST}//evil.example/", params={"token": TOKEN})
    assert not moved.headers["location"].startswith("//")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:8000"}, 421),
        ({"Host": "127.0.0.1:9"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Origin": f"http://{HOST}"}, 200),
    ],
)
def test_foreign_hosts_and_origins_are_refused(site: Site, headers: dict[str, str], status: int) -> None:
    assert site.client.get("/", headers=headers).status_code == status


def test_a_request_that_changes_something_needs_an_origin(site: Site) -> None:
    assert site.client.post("/").status_code == 403
    assert site.client.post("/", headers={"Origin": f"http://{HOST}"}).status_code == 405


@pytest.mark.parametrize("path", ["/", "/static/viewer.css", "/run/none", "/run/finished/file/summary.json"])
def test_every_answer_forbids_scripts_of_others(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


def test_only_files_of_the_run_folder_are_served(old_runs: Path, site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    link = old_runs / "finished" / "link.txt"
    link.symlink_to(secret)
    try:
        for path in ("link.txt", "../killed/scenario.yaml", "%2e%2e/killed/scenario.yaml", str(secret), "", "ideas"):
            assert site.get(f"/run/finished/file/{path}").status_code == 404, path
    finally:
        link.unlink()
    assert site.get("/run/finished/file/summary.json").headers["content-type"].startswith("text/plain")


def test_a_page_in_a_run_folder_is_served_as_text(old_runs: Path, site: Site) -> None:
    page = old_runs / "finished" / "evil.html"
    page.write_text("<script>alert(1)</script>", encoding="utf-8")
    try:
        headers = site.get("/run/finished/file/evil.html").headers
    finally:
        page.unlink()
    assert headers["content-type"].startswith("text/plain")
    assert "sandbox" in headers["content-security-policy"]

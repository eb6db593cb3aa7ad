# The image of a research template that has a requirements.txt of its own: the sandbox's, with those packages.
ARG BASE
FROM ${BASE}
ARG TORCH_INDEX=""
COPY certificates.crt /tmp/certificates.crt
COPY requirements.txt /tmp/requirements.txt
COPY wheels /tmp/wheels
RUN PIP_CERT=/tmp/certificates.crt pip install --no-cache-dir --find-links /tmp/wheels \
        ${TORCH_INDEX:+--extra-index-url ${TORCH_INDEX}} -r /tmp/requirements.txt \
    && rm -rf /tmp/wheels

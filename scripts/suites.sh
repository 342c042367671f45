#!/bin/sh
# SageMaker's SDK v2, boto3 and the AWS CLI against a smkit with a home of its own. The SDK's
# environment (400 MB) is built once; SCENARIOS names some scenarios to run only those.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
sdk=$PWD/.sdk-v2
if [ ! -e "$sdk/.ready" ]; then
	echo "==> the SDK's environment (400 MB, built once)"
	"$bin/uv" venv --quiet --allow-existing "$sdk"
	"$bin/uv" pip install --quiet --compile-bytecode --python "$sdk/bin/python" \
		'sagemaker<3' 'scikit-learn==1.2.*' 'numpy<2'
	touch "$sdk/.ready"
fi
SMKIT_ENVIRONMENTS=${SMKIT_ENVIRONMENTS:-$PWD/.smkit/environments}
SMKIT_HOME=$(mktemp -d)
export SMKIT_ENVIRONMENTS SMKIT_HOME
trap '"$bin/smkit" stop >/dev/null 2>&1; rm -rf "$SMKIT_HOME"' EXIT
failed=0
echo "==> scenarios of the SDK v2, boto3 and the AWS CLI"
# shellcheck disable=SC2086
"$bin/smkit" run -- "$sdk/bin/python" tests/acceptance/sdk_v2 \
	--aws "$bin/aws" --smkit "$bin/smkit" ${SCENARIOS:-} || failed=1
if [ -z "${SCENARIOS:-}" ]; then
	echo "==> the code of each page, in the SDK's words too"
	SMKIT_SDK_V2_PYTHON=$sdk/bin/python "$bin/python" -m pytest ui-tests/test_page_code.py || failed=1
fi
exit $failed

#!/bin/sh
# 做一个离线安装包：bundle.sh 输出文件.tar.gz pip "3.11 3.13"；各处理器、各 Python 版本的安装包，按 requirements.lock 的摘要核对。
set -eu
target=$1 pip=$2 pythons=$3 sbom=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder="$work/xianjie"
mkdir -p "$folder/wheels"
"$pip" wheel --quiet --no-deps --wheel-dir "$folder/wheels" .
"$pip" download --quiet --no-deps --dest "$folder/wheels" "pip==26.3"
for machine in x86_64 aarch64; do
    platforms=""
    for glibc in 2014 _2_17 _2_24 _2_26 _2_27 _2_28; do platforms="$platforms --platform manylinux${glibc}_$machine"; done
    for python in $pythons; do
        # shellcheck disable=SC2086
        "$pip" download --quiet --no-deps --require-hashes --only-binary :all: $platforms --platform "linux_$machine" \
            --python-version "$python" --implementation cp --requirement requirements.lock --dest "$folder/wheels/$machine-$python"
        for wheel in "$folder/wheels/$machine-$python"/*-none-any.whl; do mv "$wheel" "$folder/wheels/"; done
    done
done
"$sbom" requirements requirements.lock --output-reproducible --output-file "$folder/sbom.json"
cp requirements.lock LICENSE docs/deploy.md deploy/install.sh deploy/nginx.conf deploy/xianjie-backup deploy/*.service deploy/*.timer "$folder/"
(cd "$folder" && find . -type f ! -name SHA256SUMS | sort | sed 's#^\./##' | xargs sha256sum >SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$work" -czf "$target.part" xianjie
mv "$target.part" "$target"
sha256sum "$target"

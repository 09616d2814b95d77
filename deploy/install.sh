#!/bin/sh
# 在没有网络的机器上安装衔接账：核对安装包，装程序，建用户、文件夹、服务、备份。可以重复运行（升级）。
#   sudo ./install.sh                    装到 /opt/xianjie，建用户 xianjie、服务和每日备份
#   ./install.sh --only-program 文件夹   只装程序，不要管理员权限
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$*"; }
stop() { printf '错误：%s\n' "$*" >&2; exit 2; }

only=""
case ${1:-} in
    "") ;;
    --only-program) only=${2:-}; [ -n "$only" ] || stop "--only-program 后面写装到哪个文件夹" ;;
    *) stop "不认识 $1：用法见本文件开头" ;;
esac
[ -n "$only" ] || [ "$(id -u)" = 0 ] || stop "要用管理员权限运行：sudo ./install.sh；只装程序用 --only-program 文件夹"

[ "$(uname -s)" = Linux ] || stop "只能装在 Linux 上；Windows 电脑请用浏览器打开服务器上的审核台"
machine=$(uname -m)
case $machine in
    x86_64 | aarch64) ;;
    *) stop "没有 $machine 处理器的安装包，只有 x86_64 和 aarch64" ;;
esac

# 第一个有安装包的 Python
python=""
had=""
for name in python3.11 python3.12 python3.13 python3 /usr/bin/python3 /usr/local/bin/python3.11; do
    command -v "$name" >/dev/null 2>&1 || continue
    version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " $had " in *" $version "*) ;; *) had="$had $version" ;; esac
    if [ -d "wheels/$machine-$version" ]; then python=$name; break; fi
done
offered=$(ls -d wheels/"$machine"-* 2>/dev/null | sed "s#wheels/$machine-##" | tr '\n' ' ')
[ -n "$python" ] || stop "这台机器的 Python（${had:- 没有}）不能用：安装包要 Python ${offered}。Debian 12、openEuler 24.03 自带 3.11；更旧的系统请先装 python3.11"
wheels="wheels/$machine-$version"

say "核对安装包 …"
command -v sha256sum >/dev/null 2>&1 || stop "没有 sha256sum，不能核对安装包"
sha256sum --quiet -c SHA256SUMS || stop "安装包有损坏或被改动的文件，没有安装"

home=${only:-/opt/xianjie}
say "安装到 $home（Python $version，$machine）…"
"$python" -m venv --help >/dev/null 2>&1 || stop "Python $version 没有 venv 模块：请装系统的 python3-venv"
new="$home.new"
rm -rf "$new"
"$python" -m venv --without-pip "$new" || stop "不能建立 $new"
# pip 自己也从安装包里来：系统可以没有 pip
pip=$(ls wheels/pip-*.whl)
PYTHONPATH="$pip" "$new/bin/python" -m pip install --isolated --quiet --no-index --find-links "$wheels" --find-links wheels --require-hashes -r requirements.lock ||
    stop "依赖没有装上，原来的程序没有动"
PYTHONPATH="$pip" "$new/bin/python" -m pip install --isolated --quiet --no-index --no-deps wheels/xianjie-*.whl || stop "程序没有装上，原来的程序没有动"
# pandas、numpy 自带的测试占六十兆，运行时不用
find "$new"/lib/python*/site-packages/pandas "$new"/lib/python*/site-packages/numpy -type d -name tests -prune -exec rm -rf {} +
# 程序里写着自己的路径，换名之后要改过来
grep -rIl "$new" "$new/bin" "$new/pyvenv.cfg" | while read -r file; do sed -i "s#$new#$home#g" "$file"; done
if [ -e "$home" ]; then rm -rf "$home.old"; mv "$home" "$home.old"; fi
mv "$new" "$home"
"$home/bin/xianjie" --version || { rm -rf "$home"; [ ! -e "$home.old" ] || mv "$home.old" "$home"; stop "装好的程序不能运行，已换回原来的"; }
rm -rf "$home.old"
"$home/bin/python" -c 'import sys; from ledgers.files.confined import missing; sys.exit(missing() or 0)' ||
    say "提醒：请装系统的 libseccomp2，读账簿的进程靠它放弃写入和联网的权力"
if [ -n "$only" ]; then say "装好了：$home/bin/xianjie"; exit 0; fi

say "用户和文件夹 …"
id xianjie >/dev/null 2>&1 || useradd --system --home-dir /var/lib/xianjie --shell /usr/sbin/nologin xianjie ||
    stop "不能建立用户 xianjie"
install -d -o xianjie -g xianjie -m 0750 /srv/xianjie /var/lib/xianjie
install -d -o xianjie -g xianjie -m 0700 /var/backups/xianjie
install -d -o root -g xianjie -m 0750 /etc/xianjie
[ -e /etc/xianjie/options ] || printf 'XIANJIE_OPTIONS=\n' >/etc/xianjie/options
# 以前的版本把用户文件放在 /etc/xianjie，服务在那里不能改
if [ -e /etc/xianjie/users.json ] && [ ! -e /var/lib/xianjie/users.json ]; then mv /etc/xianjie/users.json /var/lib/xianjie/users.json; fi
if [ -e /var/lib/xianjie/users.json ]; then chown xianjie:xianjie /var/lib/xianjie/users.json; chmod 0600 /var/lib/xianjie/users.json; fi
install -m 0644 nginx.conf /etc/xianjie/nginx.conf
install -m 0755 xianjie-backup "$home/bin/xianjie-backup"
ln -sf "$home/bin/xianjie" /usr/local/bin/xianjie

if [ -d /etc/systemd/system ]; then
    install -m 0644 xianjie.service xianjie-backup.service xianjie-backup.timer /etc/systemd/system/
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --quiet --now xianjie-backup.timer
        systemctl enable --quiet xianjie.service
        systemctl restart xianjie.service || true
    fi
else
    say "没有 systemd：服务和备份请自己安排，见 deploy.md"
fi
cat <<END
装好了。接下来：
  建账          sudo -u xianjie xianjie init /srv/xianjie/我县 --county 我县
  建负责人      sudo -u xianjie xianjie user add 张局长 --role chief --users /var/lib/xianjie/users.json；其他人由他在网页上添加
  网页上办理    在 /etc/xianjie/options 写 XIANJIE_OPTIONS=--desk；只给人看的不写
  开始服务      systemctl restart xianjie
  加 TLS        改 /etc/xianjie/nginx.conf 里的主机名和证书，放到 /etc/nginx/conf.d/，并在 /etc/xianjie/options 写 --allow-host 主机名
  备份          每天 1:30 到 /var/backups/xianjie，请再拷到别的机器
END

"""``pingzhan keys``: the keys that seal personal data."""

from __future__ import annotations

import base64
import secrets
import sys

import click

from pingzhan.config.cli import setup_django, show


@click.group()
def keys() -> None:
    """查看和更换加密个人信息的密钥。"""


@keys.command("new")
def new() -> None:
    """生成一个可以用作 PINGZHAN_MASTER_KEY 的密钥，只显示一次。"""
    click.echo(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


@keys.command("status")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def status(as_json: bool) -> None:
    """显示密钥环在哪里、有几个密钥、与数据库是否相符。"""
    setup_django()
    from django.conf import settings

    from pingzhan.foundation.privacy import keyring, upkeep
    from pingzhan.foundation.privacy.models import Subject

    ring = keyring.load()
    missing = upkeep.missing_keys()
    data = {
        "folder": str(keyring.folder()),
        "sealed": bool(settings.MASTER_KEY),
        "master": ring.master,
        "masters": len(ring.masters),
        "lookup": ring.lookup,
        "subjects": Subject.objects.filter(wrapped__isnull=False).count(),
        "erased": Subject.objects.filter(wrapped__isnull=True).count(),
        "missing": missing,
    }
    lines = [
        f"密钥环：{data['folder']}（{'已用主密钥封存' if data['sealed'] else '未另行封存'}）",
        f"在用主密钥 {ring.master}，共 {len(ring.masters)} 个；在用查找密钥 {ring.lookup}。",
        f"有密钥的人员 {data['subjects']} 人，已销毁 {data['erased']} 人。",
        "数据库用到的密钥都在。" if not missing else f"缺少密钥：{'、'.join(missing)}。",
    ]
    show(data, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if missing else 0)


@keys.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def rotate(as_json: bool) -> None:
    """换主密钥：新建一个，重新封存所有人的密钥，再销毁旧的。中断后再运行一次即可接着办。"""
    setup_django()
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.privacy import keyring, rotation

    def tell(done: int, total: int) -> None:
        if not as_json:
            click.echo(f"已重新封存 {done}/{total}。")

    retired = rotation.rotate_masters(by=system_actor("pingzhan keys"), tell=tell)
    data = {"master": keyring.load().master, "retired": retired}
    text = f"在用主密钥是 {data['master']}，已销毁 {'、'.join(retired)}。请更新密钥备份，并销毁旧的备份。"
    show(data, as_json=as_json, text=text)


@keys.command("rotate-lookup")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def rotate_lookup(as_json: bool) -> None:
    """换查找密钥：重新计算所有查找值，再销毁旧的。其间登记人员的操作会等几秒。"""
    setup_django()
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.privacy import keyring, rotation

    retired, rows = rotation.rotate_lookup(by=system_actor("pingzhan keys"))
    data = {"lookup": keyring.load().lookup, "retired": retired, "rows": rows}
    text = f"在用查找密钥是 {data['lookup']}，重新计算了 {rows} 行。请更新密钥备份，并销毁旧的备份。"
    show(data, as_json=as_json, text=text)


@keys.command("reseal")
def reseal() -> None:
    """用 PINGZHAN_MASTER_KEY 的第一个密钥重新封存密钥环；没有设置时改为不封存。"""
    setup_django()
    from pingzhan.foundation.privacy import keyring

    keyring.change(lambda ring: ring)
    click.echo("密钥环已重新写入。")

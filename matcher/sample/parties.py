"""Experts whom enterprises have recommended, and the service institutions of the province."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from matcher.domain import Enterprise, Expert, ServiceInstitution
from matcher.sample.holders import INSTITUTIONS, PROVINCE
from matcher.sample.lots import Lots

_SURNAMES = tuple("邵骆卢尹祁裴佟蔺晏滕柏闵屈阮邬傅")
_NAMES = ("文静", "启航", "佳宁", "明远", "思齐", "立言", "若溪", "景行", "知微", "怀瑾", "承泽", "向北")
_TITLES = ("正高级工程师", "高级工程师", "技术总监", "总工程师", "研发部长")
_FIRST, _LAST = date(2026, 3, 2), date(2026, 4, 28)


def experts(enterprises: Sequence[Enterprise]) -> list[Expert]:
    """One expert of every second enterprise; one in three has a university to stand aside for."""
    return [_expert(one) for one in enterprises[::2]]


def _expert(one: Enterprise) -> Expert:
    lots = Lots(f"expert {one.name}")
    name = lots.pick(_SURNAMES) + lots.pick(_NAMES)
    universities = [holder.name for holder in INSTITUTIONS if holder.kind == "高校"]
    return Expert(
        id=f"{name}（{one.name}）",
        name=name,
        unit=one.name,
        title=lots.pick(_TITLES),
        focus=one.focus_areas,
        avoids=(lots.pick(universities),) if lots.share(1 / 3) else (),
        recommended=lots.day(_FIRST, _LAST),
        contact=f"0000-5{lots.between(100_000, 999_999)}",
    )


_INDUSTRIES = {
    "energy": "新能源与储能",
    "machines": "高端装备制造",
    "materials": "新材料",
    "medicine": "生物医药与医疗器械",
    "digital": "新一代信息技术",
    "green": "节能环保",
    "chemistry": "现代化工",
    "farming": "现代农业与食品",
}


def services() -> list[ServiceInstitution]:
    """Funds, banks, insurers, operators, agents and pilot plants; some follow single industries, some all."""
    return [
        _service("云泽创业投资有限公司", "投资机构", "云泽市", "energy materials", "天使投资；A轮投资"),
        _service("河东省科技成果转化基金管理有限公司", "基金", "云泽市", "", "成果转化子基金"),
        _service("青岚海创投资有限公司", "投资机构", "青岚市", "medicine digital", "股权投资"),
        _service("河东农商银行股份有限公司", "银行", "望川市", "farming green", "知识产权质押贷"),
        _service("云泽商业银行股份有限公司", "银行", "云泽市", "", "知识产权质押贷；科创信用贷"),
        _service(
            "河东省科技融资担保有限公司", "担保公司", "云泽市", "machines materials", "知识产权质押融资担保"
        ),
        _service("河东财产保险股份有限公司", "保险公司", "云泽市", "", "专利执行保险；专利被侵权损失保险"),
        _service(
            "河东知识产权运营中心有限公司", "运营机构", "云泽市", "", "专利池运营；许可谈判；开放许可服务"
        ),
        _service("北固产业专利运营有限公司", "运营机构", "北固市", "machines chemistry", "产业专利池"),
        _service("望川专利代理事务所", "专利代理", "望川市", "", "专利权评价报告请求；检索分析"),
        _service("北固新材料中试基地", "中试平台", "北固市", "materials chemistry", "中试放大；检验检测"),
        _service("桐安概念验证中心", "概念验证中心", "桐安市", "machines digital medicine", "概念验证"),
        _service("海昌绿色化工中试基地", "中试平台", "海昌市", "chemistry green energy", "中试放大"),
    ]


def _service(name: str, kind: str, city: str, industries: str, products: str) -> ServiceInstitution:
    return ServiceInstitution(
        id=name,
        name=name,
        kind=kind,
        industries=tuple(_INDUSTRIES[word] for word in industries.split()),
        products=tuple(products.split("；")),
        region=f"{PROVINCE}{city}",
        contact=f"业务部 0000-7{Lots(f'service {name}').between(100_000, 999_999)}",
    )

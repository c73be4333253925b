"""The universities, institutes and hospitals of the province, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.domain import Holder
from matcher.sample.lots import Lots

PROVINCE = "河东省"
_DEPARTMENTS = {"高校": "河东省教育厅", "科研机构": "河东省科学技术厅", "医院": "河东省卫生健康委员会"}


@dataclass(frozen=True, slots=True)
class Institution:
    """A holder; `units` are its colleges or departments and the words of the industries that they work for."""

    name: str
    kind: str
    city: str
    office: str
    units: Mapping[str, str]

    def contact(self, unit: str) -> str:
        """权利人联系部门: unit, office and a telephone number in an area code that does not exist."""
        number = Lots(f"telephone {self.name} {unit}").between(100_000, 999_999)
        return f"{unit}·{self.office} 0000-8{number}"

    def record(self) -> Holder:
        """The institution as a record."""
        contact = self.contact(next(iter(self.units)))
        return Holder(
            self.name, self.name, self.kind, f"{PROVINCE}{self.city}", contact, _DEPARTMENTS[self.kind]
        )


INSTITUTIONS: tuple[Institution, ...] = (
    Institution("河东大学", "高校", "云泽市", "技术转移中心", {
        "化学与材料学院": "材料 化工", "计算机学院": "信息 软件 智能 数字", "生命科学学院": "生物 医药 食品", "环境学院": "环保 节能",
    }),
    Institution("河东理工大学", "高校", "云泽市", "科研院成果转化办公室", {
        "机械工程学院": "装备 制造 汽车 交通", "材料科学与工程学院": "材料", "电气工程学院": "能源 电 储能",
        "土木与矿业学院": "建筑 矿 安全 土木",
    }),
    Institution("青岚海洋大学", "高校", "青岚市", "科技处", {
        "海洋工程学院": "海洋 船舶", "水产与食品学院": "食品 农业 水产 海洋", "信息科学与工程学院": "信息 电子 智能",
    }),
    Institution("望川农业大学", "高校", "望川市", "产学研合作处", {
        "农学院": "农业 种", "食品科学学院": "食品", "农业工程学院": "农业", "资源环境学院": "环保 节能",
    }),
    Institution("桐安医科大学", "高校", "桐安市", "科研处", {
        "药学院": "医药 生物", "医学工程学院": "医疗 医药 器械 健康",
    }),
    Institution("海昌科技学院", "高校", "海昌市", "科研与产业处", {
        "化学工程学院": "化工 轻工 纺织", "船舶与港航学院": "船舶 海洋 交通 物流", "智能制造学院": "装备 制造",
    }),
    Institution("北固工业大学", "高校", "北固市", "科学技术研究院", {
        "冶金与能源学院": "材料 能源 冶金", "车辆工程学院": "汽车 交通 装备", "自动化学院": "智能 装备",
        "安全与环境工程学院": "环保 安全 节能 建筑",
    }),
    Institution("云泽纺织服装学院", "高校", "云泽市", "科研处", {
        "纺织工程学院": "纺织 轻工", "艺术设计学院": "文化 轻工 设计",
    }),
    Institution("河东建筑大学", "高校", "望川市", "科技成果转化中心", {
        "土木工程学院": "建筑 土木 交通", "市政与环境工程学院": "环保 节能 建筑",
    }),
    Institution("桐安职业技术大学", "高校", "桐安市", "校企合作处", {
        "现代装备学院": "装备 制造 汽车", "信息工程学院": "信息 数字 电子", "食品与药品学院": "食品 医药 轻工",
    }),
    Institution("河东省新材料研究院", "科研机构", "云泽市", "成果转化部", {"先进材料研究所": "材料 化工 能源"}),
    Institution("河东省农业科学院", "科研机构", "望川市", "成果转化处", {
        "作物研究所": "农业 种", "农产品加工研究所": "食品 农业",
    }),
    Institution("河东省海洋技术研究所", "科研机构", "青岚市", "科技发展部", {"海洋装备研究室": "海洋 船舶 环保"}),
    Institution("河东省能源研究院", "科研机构", "北固市", "产业合作部", {"储能与氢能研究所": "能源 储能 电 节能"}),
    Institution("云泽智能制造研究院", "科研机构", "云泽市", "市场与成果部", {
        "智能装备研究所": "装备 制造 智能 汽车 电子", "工业软件研究所": "信息 软件 数字",
    }),
    Institution("河东省生态环境科学研究院", "科研机构", "云泽市", "科技合作处", {"水与固废研究所": "环保 节能 化工"}),
    Institution("河东省人民医院", "医院", "云泽市", "科研与成果转化科", {"医学工程科": "医疗 医药 器械 健康 生物"}),
    Institution("青岚市中心医院", "医院", "青岚市", "科教科", {"临床研究中心": "医疗 医药 器械 健康"}),
)  # fmt: skip

RENAMED = ("北固工业大学", "北固工学院", "2019-05-20")
"""The holder that had another name until that day."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An institution's unit that works for an industry."""

    institution: Institution
    unit: str


def seats(industry: str) -> list[Seat]:
    """All units that work for an industry; those of every industry where none names it."""
    everywhere = [Seat(holder, unit) for holder in INSTITUTIONS for unit in holder.units]
    fitting = [
        seat
        for seat in everywhere
        if any(word in industry for word in seat.institution.units[seat.unit].split())
    ]
    return fitting or everywhere

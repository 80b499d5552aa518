"""A study with everything a form may ask that a public file must not hold."""

import json

SURVEY = """type,name,label::English (en),label::ភាសាខ្មែរ (km),relevant,constraint,calculation,choice_filter
start,start,,,,,,
deviceid,device,,,,,,
select_one yes_no,consent,Do you agree?,តើអ្នកយល់ព្រមទេ?,,,,
select_one region,region,Region,តំបន់,,,,
select_one place,village,Village,ភូមិ,,,,name != ${region}
select_one sex,sex,Sex,ភេទ,,,,
integer,age,Age,អាយុ,,,,
integer,age_first,Age at the first journey,អាយុដំណើរដំបូង,,. <= ${age},,
select_one yes_no,disabled,Do you have a disability?,តើអ្នកមានពិការភាពទេ?,,,,
select_multiple kind,kinds,Which?,មួយណា?,${disabled} = 'yes',,,
select_one yes_no,helped,Did anyone help?,តើមាននរណាជួយទេ?,"selected(${kinds}, 'sight')",,,
integer,income,Income in riel,ចំណូល,,,,
integer,contact,Telephone,លេខទូរស័ព្ទ,,,,
text,remark,Anything else?,ផ្សេងទៀត?,,,,
geopoint,where,Where are we?,យើងនៅឯណា?,,,,
calculate,twice,,,,,${age} * 2,
calculate,code,,,,,"concat('a', ${sex})",
begin_repeat,member,Members,សមាជិក,,,,
integer,member_age,Age of the member,អាយុសមាជិក,,,,
end_repeat,,,,,,,
"""
CHOICES = """list_name,name,label::English (en),label::ភាសាខ្មែរ (km)
yes_no,yes,Yes,បាទ/ចាស
yes_no,no,No,ទេ
place,north,North,ជើង
place,south,South,ត្បូង
place,west,West,លិច
region,hills,Hills,ភ្នំ
region,coast,Coast,ឆ្នេរ
sex,female,Woman,ស្ត្រី
sex,male,Man,បុរស
kind,sight,Seeing,ការមើល
kind,hearing,Hearing,ការស្តាប់
kind,moving,Moving,ចលនា
"""
PLAN = """
[derived.age_group]
from = "age"
label = { en = "Age group", km = "ក្រុមអាយុ" }
bands = [
  { id = "young", max = 29, label = { en = "Young", km = "ក្មេង" } },
  { id = "old", min = 30, label = { en = "Old", km = "ចាស់" } },
]
[banner.all]
groups = ["total"]
[[table]]
id = "t01"
banner = "all"
[[table.panel]]
id = "sex"
variable = "sex"
"""
HEAD = "instance_id,start,device,consent,village,sex,age,age_first,disabled,kinds,helped,income,contact,remark,where,twice,code\n"
DROP = ["start", "device", "contact", "remark", "where", "region", "village", "code", "twice"]
RELEASE = {"keys": ["sex", "age_group", "disabled"], "drop": DROP}


def row(at, sex="female", age=20, disabled="no", kinds="", helped="", village="north"):
    return (
        f"uuid:{at:08x}-0000-4000-8000-000000000000,2025-01-02T03:04:05,imei{at},yes,{village},{sex},"
        f"{age},15,{disabled},{kinds},{helped},4000000,,,,{2 * age},a{sex}\n"
    )


def toml(release):
    """Write settings as TOML."""
    lines, later = ["[release]"], []
    for key, value in release.items():
        if isinstance(value, dict):
            later += [(key, name, part) for name, part in value.items()]
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    for key, name, part in later:
        if isinstance(part, str):
            lines.append(f'{key}.{name} = "{part}"')
    for key, name, part in later:
        if isinstance(part, dict):
            lines += [f"[release.{key}.{name}]", *(f"{k} = {inline(v)}" for k, v in part.items())]
    return "\n".join(lines) + "\n"


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


def make_study(folder, release=None, rows=None):
    """Write the study; without rows 12 people, four of each of three kinds and one alone."""
    (folder / "instrument").mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    (folder / "instrument" / "survey.csv").write_text(SURVEY, encoding="utf-8")
    (folder / "instrument" / "choices.csv").write_text(CHOICES, encoding="utf-8")
    (folder / "instrument" / "settings.csv").write_text(
        "form_id,default_language\nf,English (en)\n"
    )
    (folder / "tabulation.toml").write_text(PLAN, encoding="utf-8")
    settings = "" if release is False else toml(release or RELEASE)
    (folder / "study.toml").write_text(f'code = "small"\ntitle = "Small"\n{settings}')
    people = rows or [
        *(row(at) for at in range(4)),
        *(row(at, "male", 40) for at in range(4, 8)),
        *(row(at, "male", 20) for at in range(8, 11)),
        row(11, "female", 40, "yes", "sight moving", "yes"),
    ]
    (folder / "data" / "respondents.csv").write_text(HEAD + "".join(people), encoding="utf-8")
    return folder

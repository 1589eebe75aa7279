"""The demo night's warning: one orange cold wave for the whole city, sent as a meteorological bureau sends it."""

from datetime import datetime, timedelta, timezone

from nuandeng.city.geography import CITY_CODE, COUNTIES

CHINA = timezone(timedelta(hours=8))


def cold_wave(at: datetime, hours: int = 8) -> bytes:
    """Return a message of the national warning format (12379), effective from `at` for `hours`."""
    local = at.astimezone(CHINA)
    expires = local + timedelta(hours=hours)

    def stamp(when: datetime) -> str:
        return when.strftime("%Y-%m-%d %H:%M:%S+08:00")

    areas = ",".join(f"{code}000000" for code in (CITY_CODE, *(county.code for county in COUNTIES)))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert>
  <identifier>{CITY_CODE}41600000_{local:%Y%m%d%H%M%S}</identifier>
  <sender>滨州市气象台</sender>
  <senderCode>{CITY_CODE}41600000</senderCode>
  <sendTime>{stamp(local)}</sendTime>
  <status>Exercise</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <references></references>
  <info>
    <language>zh-CN</language>
    <eventType>11B05</eventType>
    <urgency>Immediate</urgency>
    <severity>Orange</severity>
    <certainty>Likely</certainty>
    <effective>{stamp(local)}</effective>
    <onset>{stamp(local)}</onset>
    <expires>{stamp(expires)}</expires>
    <headline>滨州市气象台发布寒潮橙色预警(演示)</headline>
    <description>演示用预警:受强冷空气影响,夜间最低气温将降至零下十一度左右。</description>
    <area>
      <areaDesc>滨州市</areaDesc>
      <geocode>{areas}</geocode>
    </area>
  </info>
</alert>
""".encode()

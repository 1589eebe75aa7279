"""Places under the sky: a bus shelter, a street of shops, a bench in a park."""

import math

from nuandeng.city.streets.brush import Colour
from nuandeng.city.streets.place import WARM, WHITE, Lamp, Place
from nuandeng.city.streets.sheet import Sheet

_ASPHALT: Colour = (82, 80, 78)
_PAVING: Colour = (128, 130, 134)
_POLE: Colour = (58, 60, 62)


def _paving(sheet: Sheet, top: float, bottom: float, vanishing_x: float, horizon: float) -> None:
    sheet.fill([(0, top), (704, top), (704, bottom), (0, bottom)], _PAVING, rough=5, ground=True)
    for k in range(-26, 27):
        x = vanishing_x + k * 70
        at_top = vanishing_x + (x - vanishing_x) * (top - horizon) / (bottom - horizon)
        sheet.line([(at_top, top), (x, bottom)], (100, 102, 106), 1, 0.55)
    row, step = top, 7.0
    while row < bottom:
        sheet.line([(0, row), (704, row)], (100, 102, 106), 1, 0.5)
        row += step
        step *= 1.17


def _windows(sheet: Sheet, x0: float, x1: float, y0: float, y1: float, *, lit_share: float) -> None:
    y = y0
    while y + 20 < y1:
        x = x0 + 8
        while x + 15 < x1:
            sheet.box(x, y, x + 13, y + 17, (62, 58, 52), rough=2)
            if sheet.rng.random() < lit_share:
                warm = sheet.rng.uniform(0.4, 0.9)
                sheet.shine([(x, y), (x + 13, y), (x + 13, y + 17), (x, y + 17)], (70 * warm, 140 * warm, 190 * warm), bloom_px=2)
                sheet.line([(x + 6, y), (x + 6, y + 17)], (50, 50, 50))
            x += 25
        y += 31


def _skyline(sheet: Sheet, horizon: float, lit_share: float) -> None:
    sheet.box(0, 0, 704, horizon, (190, 175, 160), rough=4)
    x = -20.0
    while x < 704:
        width, tone = sheet.rng.uniform(70, 130), sheet.rng.uniform(95, 150)
        top = sheet.rng.uniform(-60, horizon * 0.45)
        sheet.box(x, top, x + width - 4, horizon, (tone, tone * 1.01, tone * 1.04))
        _windows(sheet, x, x + width - 4, max(6, top + 8), horizon - 14, lit_share=lit_share)
        x += width


def _tree(sheet: Sheet, x: float, foot: float, height: float, *, bare: bool) -> None:
    tone = (44, 56, 66)
    sheet.line([(x, foot), (x + 2, foot - height * 0.5)], tone, max(3, int(height / 22)))

    def branch(px: float, py: float, angle: float, length: float, depth: int) -> None:
        qx, qy = px + math.cos(angle) * length, py - math.sin(angle) * length
        sheet.line([(px, py), (qx, qy)], tone, max(1, depth - 1), 0.95)
        if depth:
            for side in (-1, 1):
                branch(qx, qy, angle + side * sheet.rng.uniform(0.25, 0.6), length * sheet.rng.uniform(0.6, 0.78), depth - 1)

    branch(x + 2, foot - height * 0.45, math.pi / 2, height * 0.2, 4 if bare else 2)
    if not bare:
        for _ in range(14):
            cx, cy, r = (
                x + sheet.rng.normal(0, height * 0.14),
                foot - height * sheet.rng.uniform(0.55, 0.95),
                height * sheet.rng.uniform(0.07, 0.13),
            )
            outline = [
                (cx + r * math.cos(a) * sheet.rng.uniform(0.8, 1.2), cy + r * math.sin(a) * sheet.rng.uniform(0.8, 1.2))
                for a in (k * 0.52 for k in range(12))
            ]
            sheet.fill(outline, (52, 84, 62), rough=14, opacity=0.97)


def _lamp_post(sheet: Sheet, x: float, foot: float, height: float, arm: float) -> None:
    sheet.line([(x, foot), (x, foot - height), (x + arm, foot - height - 8)], _POLE, max(3, int(height / 70)))
    sheet.shine(
        [
            (x + arm - 11, foot - height - 10),
            (x + arm + 11, foot - height - 10),
            (x + arm + 8, foot - height - 4),
            (x + arm - 8, foot - height - 4),
        ],
        (205, 238, 255),
        bloom_px=8,
    )


def _road(sheet: Sheet, top: float, bottom: float) -> None:
    sheet.fill([(0, top), (704, top), (704, bottom), (0, bottom)], _ASPHALT, rough=5)
    sheet.box(0, bottom - 5, 704, bottom, (150, 150, 152))
    middle = (top + bottom) / 2
    for k in range(9):
        sheet.fill([(k * 90 + 6, middle), (k * 90 + 52, middle), (k * 90 + 50, middle + 4), (k * 90 + 3, middle + 4)], (185, 190, 192))


def bus_shelter(seed: int) -> Place:
    """A lit shelter by a road, seen across the pavement."""
    sheet = Sheet(seed, _PAVING)
    _skyline(sheet, 150, 0.22)
    for x in (40, 655):
        _tree(sheet, x, 205, 150, bare=True)
    _road(sheet, 165, 235)
    _paving(sheet, 235, 576, 352, 90)
    # The shelter: floor shadow, back panes, roof, bench, advertising box.
    sheet.shadow([(150, 320), (560, 320), (590, 352), (120, 352)], 0.45, 9)
    sheet.box(166, 128, 470, 318, (165, 160, 150), rough=2, opacity=0.5)
    for x in (166, 267, 368, 470):
        sheet.line([(x, 122), (x, 326)], (72, 74, 78), 4)
    sheet.line([(166, 318), (470, 318)], (72, 74, 78), 3)
    sheet.shine([(192, 176), (240, 176), (240, 246), (192, 246)], (150, 175, 175), bloom_px=4)
    for k in range(7):
        sheet.line([(198, 186 + k * 8), (232 - 6 * (k % 3), 186 + k * 8)], (70, 75, 85), 1)
    sheet.fill([(132, 106), (582, 106), (600, 126), (118, 126)], (88, 92, 98))
    sheet.shine([(140, 126), (580, 126), (580, 131), (140, 131)], (215, 235, 240), bloom_px=9)
    sheet.shine([(300, 86), (410, 86), (410, 106), (300, 106)], (120, 62, 20), bloom_px=5)
    sheet.write("公交站", 325, 88, 16, (240, 245, 250), lit=True)
    sheet.box(486, 152, 556, 312, (60, 62, 66))
    sheet.shine([(491, 158), (551, 158), (551, 304), (491, 304)], (150, 190, 215), bloom_px=10)
    sheet.fill([(491, 230), (551, 205), (551, 304), (491, 304)], (90, 130, 200), opacity=0.7)
    sheet.shine([(505, 178), (537, 178), (537, 186), (505, 186)], (235, 240, 245), bloom_px=2)
    sheet.shine([(510, 194), (532, 194), (532, 199), (510, 199)], (235, 240, 245), bloom_px=2)
    sheet.line([(556, 152), (556, 326)], (72, 74, 78), 4)
    for x in (196, 300, 404):
        sheet.line([(x, 288), (x, 320)], (52, 52, 54), 4)
    sheet.fill([(180, 278), (440, 278), (446, 290), (174, 290)], (70, 96, 122), rough=6)
    sheet.line([(630, 380), (630, 190)], _POLE, 4)
    sheet.box(612, 176, 648, 236, (150, 84, 40))
    sheet.write("公交", 615, 196, 14, (235, 235, 235), thickness_px=1)
    sheet.box(70, 290, 104, 340, (74, 92, 78))
    sheet.box(68, 284, 106, 292, (54, 66, 58))
    return Place(
        sheet,
        (
            Lamp(352, 345, 300, 95, WHITE, 0.95, beam_px=200),
            Lamp(525, 340, 150, 70, (205, 222, 235), 0.55),
            Lamp(80, 500, 300, 130, WARM, 0.6),
            Lamp(640, 520, 260, 120, WARM, 0.45),
        ),
        night_ambient=0.19,
    )


def shop_street(seed: int) -> Place:
    """Shuttered shops, one of them open, a street lamp and a parked bicycle."""
    sheet = Sheet(seed, _PAVING)
    sheet.box(0, 0, 704, 262, (128, 134, 142), rough=6)
    _windows(sheet, 0, 704, 6, 74, lit_share=0.3)
    fronts: tuple[tuple[str, Colour, bool], ...] = (
        ("药店", (80, 140, 60), False),
        ("面馆", (60, 70, 190), True),
        ("银行", (150, 70, 40), False),
        ("面店", (70, 110, 150), False),
    )
    for k, (name, colour, opened) in enumerate(fronts):
        x = 4 + k * 176
        sheet.box(x, 88, x + 168, 122, colour, rough=4)
        if opened:
            sheet.shine(
                [(x, 88), (x + 168, 88), (x + 168, 122), (x, 122)], (colour[0] * 0.75, colour[1] * 0.75, colour[2] * 0.95), bloom_px=7
            )
        sheet.write(name, x + 56, 92, 25, (230, 235, 240), lit=opened)
        if opened:
            sheet.box(x + 8, 128, x + 160, 258, (96, 120, 138))
            sheet.shine([(x + 10, 130), (x + 96, 130), (x + 96, 240), (x + 10, 240)], (95, 165, 205), bloom_px=10)
            sheet.shine([(x + 104, 130), (x + 158, 130), (x + 158, 256), (x + 104, 256)], (110, 180, 215), bloom_px=8)
            sheet.line([(x + 100, 126), (x + 100, 262)], (52, 52, 54), 5)
            for row in (160, 205):
                sheet.line([(x + 10, row), (x + 96, row)], (60, 80, 95), 2)
        else:
            sheet.box(x + 8, 126, x + 160, 260, (118, 120, 120))
            for row in range(130, 260, 7):
                sheet.line([(x + 8, row), (x + 160, row)], (88, 90, 92), 1)
    _paving(sheet, 262, 456, 352, 60)
    sheet.fill([(0, 456), (704, 456), (704, 576), (0, 576)], _ASPHALT, rough=6)
    sheet.box(0, 450, 704, 460, (158, 160, 162))
    for k in range(5):
        sheet.fill([(k * 160 - 20, 530), (k * 160 + 60, 530), (k * 160 + 56, 538), (k * 160 - 26, 538)], (185, 190, 192))
    _lamp_post(sheet, 604, 446, 400, -34)
    _bicycle(sheet, 70, 352, 58)
    sheet.box(500, 268, 534, 318, (70, 88, 74))
    sheet.box(498, 262, 536, 270, (52, 64, 56))
    return Place(
        sheet,
        (
            Lamp(270, 318, 190, 95, (130, 195, 230), 0.8, beam_px=90),
            Lamp(560, 440, 300, 150, WARM, 0.95, beam_px=300),
            Lamp(90, 480, 240, 110, WARM, 0.45),
        ),
        horizon_px=70,
        height_per_row=0.4,
    )


def _bicycle(sheet: Sheet, x: float, foot: float, size: float) -> None:
    def at(px: float, py: float) -> tuple[float, float]:
        return x + px * size * 1.6, foot - (1 - py) * size

    for centre in (0.2, 0.8):
        sheet.line([at(centre + 0.17 * math.cos(a), 0.7 + 0.29 * math.sin(a)) for a in (k * 0.35 for k in range(19))], (46, 46, 48), 2)
    for start, end in (
        ((0.2, 0.7), (0.4, 0.32)),
        ((0.4, 0.32), (0.68, 0.32)),
        ((0.68, 0.32), (0.8, 0.7)),
        ((0.2, 0.7), (0.48, 0.7)),
        ((0.48, 0.7), (0.68, 0.32)),
        ((0.4, 0.32), (0.38, 0.18)),
        ((0.68, 0.32), (0.66, 0.1)),
        ((0.66, 0.1), (0.74, 0.12)),
        ((0.34, 0.18), (0.44, 0.18)),
    ):
        sheet.line([at(*start), at(*end)], (90, 120, 60), 3)


def park_bench(seed: int) -> Place:
    """A path under trees with a bench and a lamp."""
    sheet = Sheet(seed, (92, 104, 96))
    sheet.box(0, 0, 704, 170, (158, 150, 142), rough=5)
    for _ in range(9):
        _tree(sheet, sheet.rng.uniform(0, 704), 190, sheet.rng.uniform(110, 190), bare=sheet.rng.random() < 0.5)
    sheet.fill([(0, 168), (704, 168), (704, 576), (0, 576)], (78, 104, 92), rough=12, ground=True)
    sheet.fill([(250, 176), (330, 176), (560, 576), (-120, 576)], (136, 142, 148), rough=6)
    row, step = 184.0, 7.0
    while row < 576:
        left, right = 250 - (row - 176) * 0.925, 330 + (row - 176) * 0.575
        sheet.line([(left, row), (right, row)], (112, 118, 124), 1, 0.5)
        row += step
        step *= 1.16
    for x, foot, height in ((60, 300, 230), (668, 360, 300)):
        _tree(sheet, x, foot, height, bare=True)
    sheet.shadow([(470, 360), (690, 360), (700, 378), (462, 378)], 0.5, 6)
    for x in (488, 660):
        sheet.line([(x, 372), (x, 288)], (48, 50, 52), 5)
        sheet.line([(x - 10, 374), (x - 8, 336)], (48, 50, 52), 5)
    for y in (290, 302, 314):
        sheet.fill([(474, y), (676, y), (676, y + 8), (474, y + 8)], (62, 96, 132), rough=5)
    sheet.fill([(470, 332), (680, 332), (688, 344), (460, 344)], (70, 106, 142), rough=5, ground=True)
    _lamp_post(sheet, 418, 330, 270, 22)
    sheet.box(386, 300, 410, 338, (66, 90, 74))
    return Place(
        sheet,
        (Lamp(450, 380, 330, 150, WARM, 1.05, beam_px=270), Lamp(120, 520, 260, 130, WARM, 0.5)),
        horizon_px=95,
        height_per_row=0.42,
        night_ambient=0.17,
    )

"""Places under a roof: an underpass and the lobby of a bank."""

from nuandeng.city.streets.place import WHITE, Lamp, Place
from nuandeng.city.streets.sheet import Sheet


def underpass(seed: int) -> Place:
    """A tiled passage under a road with lamps along its ceiling."""
    sheet = Sheet(seed, (120, 124, 126))
    far = (292, 130, 412, 232)
    x0, y0, x1, y1 = far
    sheet.fill([(0, 0), (704, 0), (x1, y0), (x0, y0)], (112, 114, 116), rough=5)
    sheet.fill([(0, 0), (x0, y0), (x0, y1), (0, 520)], (138, 142, 140), rough=3)
    sheet.fill([(704, 0), (x1, y0), (x1, y1), (704, 520)], (128, 132, 132), rough=3)
    sheet.fill([(0, 520), (x0, y1), (x1, y1), (704, 520), (704, 576), (0, 576)], (112, 116, 122), rough=6)
    sheet.box(x0, y0, x1, y1, (96, 84, 70), rough=4)
    sheet.fill([(x0 + 12, y1), (x0 + 50, y0 + 44), (x1 - 50, y0 + 44), (x1 - 12, y1)], (120, 118, 118), rough=5)
    sheet.shine([(x0 + 30, y0 + 6), (x1 - 30, y0 + 6), (x1 - 34, y0 + 30), (x0 + 34, y0 + 30)], (70, 52, 38), bloom_px=6)
    for share in (0.0, 0.12, 0.26, 0.45, 0.7, 1.0):
        left = x0 * (1 - share)
        sheet.line([(left, y0 * (1 - share)), (left, y1 + (520 - y1) * share)], (104, 108, 108), 1, 0.7)
        right = x1 + (704 - x1) * share
        sheet.line([(right, y0 * (1 - share)), (right, y1 + (520 - y1) * share)], (104, 108, 108), 1, 0.7)
        sheet.line([(left, y1 + (520 - y1) * share), (right, y1 + (520 - y1) * share)], (92, 96, 102), 1, 0.5)
    for share in (0.25, 0.5, 0.75):
        sheet.line([(x0, y0 + (y1 - y0) * share), (0, 520 * share)], (108, 112, 112), 1, 0.5)
        sheet.line([(x1, y0 + (y1 - y0) * share), (704, 520 * share)], (108, 112, 112), 1, 0.5)
    sheet.fill([(0, 330), (x0, 186), (x0, 192), (0, 356)], (140, 110, 50), rough=2)
    sheet.fill([(704, 330), (x1, 186), (x1, 192), (704, 356)], (140, 110, 50), rough=2)
    for k in range(-6, 7):
        sheet.line([(352 + k * 20, y1), (352 + k * 118, 576)], (96, 100, 106), 1, 0.4)
    for share in (0.12, 0.36, 0.74):
        y, half = y0 * (1 - share), 10 + 60 * share
        for side in (-1, 1):
            x = 352 + side * (24 + 96 * share)
            sheet.shine(
                [(x - half / 2, y), (x + half / 2, y), (x + half / 2, y + 3 + 7 * share), (x - half / 2, y + 3 + 7 * share)],
                (235, 242, 240),
                bloom_px=5 + 7 * share,
            )
    sheet.box(566, 300, 626, 370, (100, 150, 150), rough=3)
    return Place(
        sheet,
        (
            Lamp(352, 270, 130, 60, WHITE, 0.75, beam_px=90),
            Lamp(352, 380, 330, 120, WHITE, 0.7, beam_px=240),
            Lamp(352, 540, 420, 120, WHITE, 0.45),
        ),
        horizon_px=120,
        height_per_row=0.46,
        indoors=True,
        night_ambient=0.28,
    )


def bank_lobby(seed: int) -> Place:
    """A lobby with cash machines, open all night."""
    sheet = Sheet(seed, (172, 178, 180))
    sheet.box(0, 0, 704, 60, (196, 200, 200), rough=2)
    sheet.box(0, 52, 704, 250, (176, 180, 178), rough=3)
    sheet.fill([(0, 250), (704, 250), (704, 576), (0, 576)], (150, 158, 164), rough=3)
    for k in range(-14, 15):
        sheet.line([(352 + k * 52, 250), (352 + k * 128, 576)], (128, 136, 142), 1, 0.7)
    row, step = 262.0, 16.0
    while row < 576:
        sheet.line([(0, row), (704, row)], (128, 136, 142), 1, 0.7)
        row += step
        step *= 1.2
    for x in (96, 330, 560):
        sheet.shine([(x, 14), (x + 70, 14), (x + 82, 32), (x - 12, 32)], (238, 244, 242), bloom_px=10)
    sheet.box(0, 66, 704, 96, (150, 74, 36), rough=2)
    sheet.write("自助银行", 250, 68, 24, (240, 240, 240), lit=True)
    for k in range(3):
        x = 236 + k * 118
        sheet.shadow([(x - 6, 250), (x + 96, 250), (x + 104, 282), (x - 14, 282)], 0.35, 6)
        sheet.box(x, 108, x + 90, 268, (146, 142, 136), rough=2)
        sheet.box(x, 108, x + 90, 126, (140, 80, 44), rough=2)
        sheet.box(x + 16, 134, x + 74, 178, (46, 44, 42), rough=1)
        sheet.shine([(x + 19, 137), (x + 71, 137), (x + 71, 175), (x + 19, 175)], (190, 130, 60), bloom_px=4)
        sheet.box(x + 20, 190, x + 70, 200, (64, 66, 68), rough=1)
        sheet.fill([(x + 12, 206), (x + 78, 206), (x + 84, 220), (x + 6, 220)], (110, 112, 112), rough=1)
        for n in range(4):
            sheet.box(x + 30 + n * 8, 209, x + 35 + n * 8, 214, (60, 60, 62), rough=0)
    # The glass door to the dark street.
    sheet.box(16, 104, 186, 300, (74, 66, 58), rough=4)
    sheet.shine([(30, 150), (60, 150), (60, 162), (30, 162)], (40, 90, 130), bloom_px=6)
    for x in (16, 100, 186):
        sheet.line([(x, 104), (x, 302)], (150, 152, 152), 5)
    sheet.line([(16, 302), (186, 302)], (150, 152, 152), 5)
    sheet.line([(92, 190), (92, 230)], (205, 208, 208), 3)
    sheet.line([(108, 190), (108, 230)], (205, 208, 208), 3)
    sheet.box(608, 130, 690, 300, (120, 136, 120), rough=3)
    sheet.box(616, 140, 682, 200, (200, 204, 204), rough=3)
    sheet.box(650, 296, 686, 344, (84, 88, 92), rough=2)
    return Place(
        sheet,
        (Lamp(352, 330, 420, 220, WHITE, 0.5), Lamp(352, 540, 420, 140, WHITE, 0.25)),
        horizon_px=40,
        height_per_row=0.42,
        indoors=True,
        night_ambient=0.62,
    )

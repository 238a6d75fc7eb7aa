"""Draws the demo story's pictures: ``python -m tools.illustrate``. Original work, MIT like the rest.

Everything is drawn four times as large and scaled down, so that edges are smooth; the same seed gives the same files.
"""

import math
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "yabot" / "demo" / "pictures"
WIDTH, HEIGHT, SCALE = 960, 540, 2
W, H = WIDTH * SCALE, HEIGHT * SCALE
NIGHT, DUSK, WALL, PAPER, CANDLE, WINE = "#0b0e1a", "#2a3157", "#05070e", "#f2ead8", "#f0b860", "#8e2f3f"

Colour = tuple[int, int, int]
Point = tuple[float, float]


def main() -> None:
    """Draw every picture."""
    PICTURES.mkdir(exist_ok=True)
    for name, draw in {"house": house, "candle": candle, "letter": letter, "key": key}.items():
        random.seed(name)
        save(draw(), PICTURES / f"{name}.jpg")
    (ROOT / "static" / "yabot" / "house.jpg").write_bytes((PICTURES / "house.jpg").read_bytes())


def save(image: Image.Image, path: Path) -> None:
    """With a little grain and darker corners, like an old print."""
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    small = ImageChops.multiply(small, vignette())
    grain = Image.effect_noise((WIDTH, HEIGHT), 14).convert("RGB")
    small = Image.blend(small, ImageChops.soft_light(small, grain), 0.35)
    small.save(path, quality=84, optimize=True, progressive=True)


def vignette() -> Image.Image:
    """White in the middle, grey in the corners."""
    mask = Image.radial_gradient("L").resize((WIDTH, HEIGHT)).point(lambda v: 255 - max(0, v - 90) * 3 // 5)
    return Image.merge("RGB", (mask, mask, mask))


def rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def gradient(top: str, bottom: str) -> Image.Image:
    """A sky, or a wall."""
    first, last = rgb(top), rgb(bottom)
    strip = Image.new("RGB", (1, 256))
    for y in range(256):
        strip.putpixel((0, y), tuple(round(a + (b - a) * y / 255) for a, b in zip(first, last, strict=True)))
    return strip.resize((W, H), Image.Resampling.BICUBIC)


def glow(
    image: Image.Image, centre: tuple[float, float], radius: float, colour: str, strength: float = 1.0
) -> Image.Image:
    """Light that falls off around a point."""
    light = Image.new("L", (W, H), 0)
    size = int(radius * 2)
    ball = Image.radial_gradient("L").resize((size, size))
    ball = ball.point(lambda v: int(max(0.0, 1 - v / 181) ** 2 * 255 * strength))
    light.paste(ball, (int(centre[0] - radius), int(centre[1] - radius)))
    tint = Image.new("RGB", (W, H), rgb(colour))
    black = Image.new("RGB", (W, H))
    return ImageChops.screen(image, Image.composite(tint, black, light))


def blurred(shape: Callable[[ImageDraw.ImageDraw], object], radius: float) -> Image.Image:
    """A mask of a shape with soft edges."""
    mask = Image.new("L", (W, H), 0)
    shape(ImageDraw.Draw(mask))
    return mask.filter(ImageFilter.GaussianBlur(radius))


def paint(image: Image.Image, mask: Image.Image, colour: str) -> None:
    image.paste(Image.new("RGB", (W, H), rgb(colour)), mask=mask)


def stars(draw: ImageDraw.ImageDraw, count: int, below: float) -> None:
    for _ in range(count):
        x, y, size = random.uniform(0, W), random.uniform(0, H * below), random.choice((1, 1, 2, 3))
        light = random.randint(110, 235)
        draw.ellipse((x, y, x + size, y + size), fill=(light, light, min(255, light + 15)))


def house() -> Image.Image:
    """Diana's house under the moon, one window lit."""
    image = gradient(NIGHT, DUSK)
    stars(ImageDraw.Draw(image), 260, 0.62)
    image = glow(image, (1430, 250), 620, "#6b76b8", 0.75)
    draw = ImageDraw.Draw(image)
    draw.ellipse((1310, 130, 1550, 370), fill="#f4eedd")
    for x, y, r in ((1385, 200, 26), (1470, 275, 34), (1420, 310, 16), (1500, 190, 12)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill="#e6dfcd")
    for height, colour in ((690, "#1b2142"), (760, "#141934")):
        hills(draw, height, colour)
    mist = blurred(lambda d: d.ellipse((-300, 690, W + 300, 900), fill=105), 60)
    paint(image, mist, "#48527f")
    facade(ImageDraw.Draw(image))
    image = glow(image, (812, 585), 250, CANDLE, 0.85)
    draw = ImageDraw.Draw(image)
    window(draw, 780, 540, lit=True)
    garden(draw)
    return image


def hills(draw: ImageDraw.ImageDraw, height: float, colour: str) -> None:
    phase = random.uniform(0, 6)
    line = [(x, height + 46 * math.sin(x / 260 + phase) + 18 * math.sin(x / 90 + phase)) for x in range(0, W + 20, 20)]
    draw.polygon([(0, H), *line, (W, H)], fill=colour)


def facade(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((560, 470, 1060, 930), fill=WALL)
    draw.polygon([(530, 480), (810, 290), (1090, 480)], fill=WALL)
    draw.rectangle((1040, 560, 1270, 930), fill=WALL)
    draw.polygon([(1030, 565), (1150, 470), (1290, 565)], fill=WALL)
    draw.rectangle((640, 300, 690, 430), fill=WALL)
    draw.rectangle((628, 292, 702, 312), fill=WALL)
    draw.rectangle((430, 600, 575, 930), fill=WALL)
    draw.polygon([(420, 605), (502, 430), (585, 605)], fill=WALL)
    for x, y in ((620, 540), (940, 540), (620, 720), (940, 720), (1120, 640)):
        window(draw, x, y, lit=False)
    draw.rounded_rectangle((760, 720, 860, 940), 50, fill="#0d1120")
    draw.arc((760, 720, 860, 820), 180, 360, fill="#283056", width=4)
    draw.ellipse((838, 836, 848, 846), fill="#6d5a34")


def window(draw: ImageDraw.ImageDraw, x: int, y: int, *, lit: bool) -> None:
    pane, frame = (CANDLE, "#3a2712") if lit else ("#11172c", "#1d2545")
    draw.rounded_rectangle((x, y, x + 64, y + 96), 30, fill=pane)
    draw.rectangle((x, y + 40, x + 64, y + 96), fill=pane)
    draw.line((x + 32, y, x + 32, y + 96), fill=frame, width=5)
    draw.line((x, y + 48, x + 64, y + 48), fill=frame, width=5)
    if lit:
        draw.ellipse((x + 38, y + 52, x + 54, y + 68), fill="#2a1a0c")
        draw.polygon([(x + 34, y + 96), (x + 40, y + 70), (x + 54, y + 70), (x + 60, y + 96)], fill="#2a1a0c")


def garden(draw: ImageDraw.ImageDraw) -> None:
    hills(draw, 930, "#04060c")
    draw.polygon([(780, 935), (840, 935), (1010, H), (610, H)], fill="#10152a")
    for x, base, size in ((170, 960, 1.25), (330, 950, 0.85), (1420, 950, 1.0), (1630, 965, 1.4), (1800, 960, 0.9)):
        cypress(draw, x, base, size)
    for x in range(0, W, 46):
        draw.line((x, 955, x, 1040), fill="#02030a", width=7)
        draw.polygon([(x - 9, 958), (x + 9, 958), (x, 936)], fill="#02030a")
    draw.rectangle((0, 985, W, 991), fill="#02030a")
    draw.rectangle((690, 930, 930, 1045), fill="#0c1022")


def cypress(draw: ImageDraw.ImageDraw, x: float, base: float, size: float) -> None:
    left = [(x - 46 * size * math.sin(math.pi * t) ** 0.7, base - 430 * size * t) for t in [i / 30 for i in range(31)]]
    right = [(2 * x - a + random.uniform(-4, 4), b) for a, b in reversed(left)]
    draw.polygon([*left, *right], fill="#04060c")


def candle() -> Image.Image:
    """A candle on a night table."""
    image = gradient("#140d12", "#291719")
    image = glow(image, (960, 400), 900, "#c9772e", 0.85)
    table(image, 880, "#2a1610", "#3b2016")
    draw = ImageDraw.Draw(image)
    draw.ellipse((700, 858, 1220, 960), fill="#1a0d08")
    draw.ellipse((730, 830, 1190, 920), fill="#8a6a36")
    draw.ellipse((760, 838, 1160, 900), fill="#5c4421")
    draw.arc((1120, 800, 1290, 930), 250, 110, fill="#8a6a36", width=22)
    body(draw)
    flame(image, 960, 330)
    return glow(image, (960, 330), 420, "#ffce7a", 0.85)


def table(image: Image.Image, top: int, front: str, edge: str) -> None:
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, top, W, H), fill=front)
    draw.rectangle((0, top, W, top + 10), fill=edge)
    for y in range(top + 24, H, 26):
        draw.line([(x, y + 5 * math.sin(x / 170 + y)) for x in range(0, W + 40, 40)], fill=edge, width=2)


def body(draw: ImageDraw.ImageDraw) -> None:
    for x in range(880, 1041):
        light = 0.55 + 0.45 * math.sin(math.pi * (x - 870) / 180)
        draw.line((x, 470, x, 872), fill=tuple(int(part * light) for part in rgb("#f3e3c0")))
    draw.ellipse((880, 446, 1040, 496), fill="#fff0cf")
    draw.ellipse((905, 456, 1015, 488), fill="#f6cd88")
    for x, drop, width in ((886, 610, 26), (1012, 700, 30), (960, 560, 22)):
        draw.rounded_rectangle((x, 470, x + width, drop), width // 2, fill="#f8e7c4")
    draw.line((960, 474, 964, 420), fill="#201008", width=8)


def flame(image: Image.Image, x: int, y: int) -> None:
    for size, colour, blur in ((1.0, "#ff9b3d", 12), (0.78, "#ffc964", 7), (0.5, "#fff3d0", 5)):
        points = [
            (x + side * 52 * size * math.sin(math.pi * t) ** 0.8 * (1 - t * 0.55), y + 120 - 250 * size * t)
            for side, steps in ((1, range(31)), (-1, range(30, -1, -1)))
            for t in [step / 30 for step in steps]
        ]
        paint(image, blurred(partial(_fill, points), blur), colour)


def _fill(points: list[Point], draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(points, fill=255)


def letter() -> Image.Image:
    """A letter closed with a seal."""
    image = gradient("#1b100e", "#2b1812")
    image = glow(image, (700, 200), 1200, "#a7612c", 0.6)
    paint(image, blurred(lambda d: d.polygon(turned(470, 300, 1470, 900), fill=190), 26), "#080403")
    draw = ImageDraw.Draw(image)
    draw.polygon(turned(450, 270, 1450, 870), fill="#e9dcc0")
    draw.polygon(turned(450, 270, 950, 600, 1450, 270, count=3), fill="#f4ead2")
    for line in ((450, 870, 860, 545), (1450, 870, 1040, 545), (450, 270, 950, 600), (1450, 270, 950, 600)):
        draw.line(turned(*line, count=2), fill="#c9b892", width=5)
    seal(image, *turned(950, 600, 950, 600, count=2)[0])
    return glow(image, (560, 160), 700, "#f0b860", 0.28)


def turned(*numbers: float, count: int = 4) -> list[tuple[float, float]]:
    """Points turned by a few degrees; four numbers are a rectangle."""
    if count == 4:
        x0, y0, x1, y1 = numbers
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    else:
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
    angle, cx, cy = math.radians(-7), W / 2, H / 2
    return [
        (
            cx + (x - cx) * math.cos(angle) - (y - cy) * math.sin(angle),
            cy + (x - cx) * math.sin(angle) + (y - cy) * math.cos(angle),
        )
        for x, y in points
    ]


def seal(image: Image.Image, x: float, y: float) -> None:
    edge = [
        (x + r * math.cos(a), y + r * math.sin(a))
        for a in [i / 60 * math.tau for i in range(60)]
        for r in [124 + 9 * math.sin(a * 5) + random.uniform(-4, 4)]
    ]
    paint(image, blurred(lambda d: d.polygon([(a + 8, b + 14) for a, b in edge], fill=150), 14), "#3a1712")
    draw = ImageDraw.Draw(image)
    draw.polygon(edge, fill=WINE)
    draw.ellipse((x - 92, y - 92, x + 92, y + 92), outline="#6d2030", width=10)
    draw.ellipse((x - 60, y - 62, x + 44, y + 50), fill="#b04557")
    draw.ellipse((x - 26, y - 72, x + 66, y + 26), fill=WINE)
    draw.arc((x - 112, y - 112, x + 112, y + 112), 190, 280, fill="#c76274", width=8)


def key() -> Image.Image:
    """A key under a clock."""
    image = gradient("#12141f", "#1d1a24")
    image = glow(image, (1300, 160), 1100, "#5c6aa8", 0.7)
    table(image, 760, "#231a1b", "#33272a")
    draw = ImageDraw.Draw(image)
    clock(draw, 560, 400)
    image = glow(image, (1180, 850), 420, CANDLE, 0.4)
    for shift, colour in ((16, "#0c0808"), (0, "#b58a45"), (-5, "#dcb46c")):
        shape_of_key(ImageDraw.Draw(image), 1010, 880 + shift, colour, thin=shift < 0)
    return image


def clock(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.polygon([(x - 250, 770), (x - 200, y - 190), (x, y - 300), (x + 200, y - 190), (x + 250, 770)], fill="#1a0f10")
    draw.ellipse((x - 178, y - 178, x + 178, y + 178), fill="#6b5230")
    draw.ellipse((x - 160, y - 160, x + 160, y + 160), fill="#ece2cb")
    for hour in range(12):
        angle = hour / 12 * math.tau
        inner = 122 if hour % 3 else 108
        ends = [(x + r * math.sin(angle), y - r * math.cos(angle)) for r in (inner, 142)]
        draw.line(ends, fill="#3a2c22", width=9 if hour % 3 == 0 else 5)
    for angle, length, width in ((-math.tau / 60, 118, 8), (-math.tau * 0.006, 74, 12)):
        draw.line((x, y, x + length * math.sin(angle), y - length * math.cos(angle)), fill="#2a1f1a", width=width)
    draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill="#2a1f1a")
    draw.rectangle((x - 4, y + 190, x + 4, y + 300), fill="#8a6a36")
    draw.ellipse((x - 42, y + 268, x + 42, y + 352), fill="#8a6a36")


def shape_of_key(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str, *, thin: bool) -> None:
    width = 8 if thin else 26
    draw.line((x + 100, y, x + 520, y), fill=colour, width=width)
    for cx, cy in ((x, y), (x + 62, y - 52), (x + 62, y + 52)):
        draw.ellipse((cx - 58, cy - 52, cx + 58, cy + 52), outline=colour, width=width)
    if not thin:
        for cx, drop in ((x + 430, 78), (x + 470, 56), (x + 506, 88)):
            draw.rectangle((cx, y, cx + 24, y + drop), fill=colour)
        draw.rectangle((x + 128, y - 24, x + 152, y + 24), fill=colour)


if __name__ == "__main__":
    main()

"""The map's colours, light and dark. A test holds every pair that carries words to WCAG AA.

One place: the HTML's custom properties and the SVG export are both made from it.
"""

from __future__ import annotations

LIGHT: dict[str, str] = {
    "paper": "#faf8f4",
    "card": "#ffffff",
    "ink": "#20302f",
    "muted": "#5b6560",
    "line": "#e6e0d6",
    "edge": "#8b857a",  # the outline of what can be pressed: 3 : 1 on paper
    "tint": "#f1ece3",
    "track-from": "#bd7c47",
    "track-to": "#9c4f26",
    "track-pale": "#e9d5c2",
    "effort": "#8f4722",
    "teal": "#1c6b6f",
    "teal-soft": "#cfe2e1",
    "inferred": "#665a9e",
    "good": "#2c744b",
    "warn": "#8a5d0c",
    "bad": "#b23a24",
}

DARK: dict[str, str] = {
    "paper": "#131817",
    "card": "#1a2120",
    "ink": "#e8ece9",
    "muted": "#9da9a4",
    "line": "#2a3331",
    "edge": "#6b7773",
    "tint": "#25302e",
    "track-from": "#96603a",
    "track-to": "#d98a55",
    "track-pale": "#4a3a2d",
    "effort": "#e29a6b",
    "teal": "#57b4b4",
    "teal-soft": "#1f3d3d",
    "inferred": "#a99fe0",
    "good": "#66b98a",
    "warn": "#d9ab55",
    "bad": "#ea7a62",
}


def colours(theme: str) -> dict[str, str]:
    """The colours of what is drawn once: dark if that is asked for, else light."""
    return DARK if theme == "dark" else LIGHT


FONT = (
    "Inter, 'Inter Variable', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, "
    "'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
)


def css_variables(colours: dict[str, str]) -> str:
    """`--paper:#faf8f4;…` for a rule's body."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb. Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 … 21. Source: WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def style_sheet() -> str:
    """Both palettes as a style sheet for the app, which has the map's colours."""
    dark = "[data-mantine-color-scheme='dark']"
    return f":root{{{css_variables(LIGHT)}}}\n:root{dark}{{{css_variables(DARK)}}}\n"

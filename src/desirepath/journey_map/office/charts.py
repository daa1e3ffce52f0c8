"""Native charts of a deck: intervals side by side, counts, curves over time, the emotion lines.

In: an exhibit's table. Out: a chart on a slide whose numbers stand in its own workbook. Intervals are error bars, a
missing number is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.util import Pt

from desirepath.core.estimate import Estimate
from desirepath.core.times import DAY
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Chart, Exhibit, MapDocument, Scalar, Unit
from desirepath.journey_map.office.slides import Slide, label

MOST_ROWS = 14
_SCALE = {Unit.SHARE: 100.0, Unit.POINTS: 100.0, Unit.DURATION: 1 / DAY}
_FORMAT = {Unit.SHARE: '0" %"', Unit.POINTS: '+0" points";−0" points";0', Unit.COUNT: "#,##0"}


def draw(slide: Slide, exhibit: Exhibit, place: Sequence[float]) -> bool:
    """The chart of an exhibit, where it has one; whether it was drawn."""
    if exhibit.chart is Chart.WHISKERS:
        return whiskers(slide, exhibit, place)
    if exhibit.chart is Chart.BARS and exhibit.rows:
        bars(slide, exhibit, place)
        return True
    if exhibit.chart is Chart.CURVE and exhibit.rows and exhibit.rows[0][0] != exhibit.rows[-1][0]:
        curve(slide, exhibit, place)
        return True
    return False


def _number(value: Scalar, unit: Unit) -> float | None:
    return float(value) * _SCALE.get(unit, 1.0) if isinstance(value, int | float) else None


def whiskers(slide: Slide, exhibit: Exhibit, place: Sequence[float]) -> bool:
    """Estimates as bars with their intervals; False where none has a number."""
    unit = exhibit.columns[1].unit
    # What has no estimate is told in the notes: here it would be an empty line.
    known = [row for row in exhibit.rows if row[1] is not None][:MOST_ROWS]
    rows = [[_number(v, unit) for v in row[1:4]] for row in known]
    if not rows:
        return False
    data = CategoryChartData(number_format=_FORMAT.get(unit, "General"))
    data.categories = [f"{label(str(row[0]))}   {say.number(float(row[1] or 0), unit)}" for row in known]
    data.add_series(label(exhibit.title, 60), [row[0] for row in rows])
    chart = _across(slide, data, place, exhibit, unit)
    spans = [
        (0.0, 0.0)
        if v is None
        else (max(0.0, v - (v if low is None else low)), max(0.0, (v if high is None else high) - v))
        for v, low, high in rows
    ]
    _error_bars(chart.plots[0].series[0], spans, slide.deck.colours["ink"], before="c:cat")
    return True


def bars(slide: Slide, exhibit: Exhibit, place: Sequence[float]) -> None:
    """Counts as bars."""
    unit = exhibit.columns[1].unit
    rows = exhibit.rows[:MOST_ROWS]
    first = exhibit.columns[0].unit
    data = CategoryChartData(number_format=_FORMAT.get(unit, "General"))
    data.categories = [
        f"{v * 100:.0f} %" if first is Unit.SHARE and isinstance(v, float) else label(str(v))
        for v, *_ in rows
    ]
    data.add_series(label(exhibit.columns[1].label), [_number(row[1], unit) for row in rows])
    _across(slide, data, place, exhibit, unit)


def _across(
    slide: Slide, data: CategoryChartData, place: Sequence[float], exhibit: Exhibit, unit: Unit
) -> Any:
    chart = slide.chart(XL_CHART_TYPE.BAR_CLUSTERED, data, place, f"{exhibit.title}. {exhibit.note}")
    plot = chart.plots[0]
    plot.gap_width = 60
    if exhibit.chart is Chart.BARS:  # where there are intervals, the number stands beside the name
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.font.size, labels.number_format, labels.number_format_is_linked = (
            Pt(9),
            _FORMAT.get(unit, "General"),
            False,
        )
        labels.font.color.rgb = slide.deck.rgb("ink")
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
    fill = plot.series[0].format.fill
    fill.solid()
    fill.fore_color.rgb = slide.deck.rgb("track-pale" if exhibit.chart is Chart.WHISKERS else "track-to")
    plot.series[0].invert_if_negative = False
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.category_axis.format.line.color.rgb = slide.deck.rgb("edge")
    chart.category_axis.tick_labels.font.color.rgb = slide.deck.rgb("ink")
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    return chart


def curve(slide: Slide, exhibit: Exhibit, place: Sequence[float]) -> None:
    """How soon: the Aalen–Johansen curve with its interval, and those who left or fell silent, over days."""
    names = (("Succeeded", 1, "track-to", 2.25, None), ("Interval, low", 2, "track-to", 0.75, MSO_LINE.SQUARE_DOT),
             ("Interval, high", 3, "track-to", 0.75, MSO_LINE.SQUARE_DOT), ("Left", 4, "bad", 1.5, MSO_LINE.ROUND_DOT),
             ("Fell silent", 5, "muted", 1.5, MSO_LINE.DASH))  # fmt: skip
    used = [one for one in names if one[1] != 4 or any(row[4] for row in exhibit.rows)]
    data = XyChartData(number_format='0" %"')
    for name, column, *_ in used:
        series = data.add_series(name)
        for row in exhibit.rows:
            at, share = _number(row[0], Unit.DURATION), _number(row[column], Unit.SHARE)
            if at is not None and share is not None:
                series.add_data_point(at, share)
    chart = slide.chart(
        XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, data, place, f"{exhibit.title}. {exhibit.note}"
    )
    for one, (_, _, role, thick, dash) in zip(chart.plots[0].series, used, strict=True):
        _line(one, slide.deck.rgb(role), thick, dash)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    _axes(slide, chart)
    chart.value_axis.minimum_scale = 0
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = (
        '0" %"',
        False,
    )
    chart.category_axis.minimum_scale = 0
    chart.category_axis.maximum_scale = max(
        data_point for row in exhibit.rows if (data_point := _number(row[0], Unit.DURATION))
    )
    chart.category_axis.tick_labels.number_format, chart.category_axis.tick_labels.number_format_is_linked = (
        '0.##" d"',
        False,
    )


def _axes(slide: Slide, chart: Any) -> None:
    for axis in (chart.category_axis, chart.value_axis):
        axis.format.line.color.rgb = slide.deck.rgb("edge")
        axis.tick_labels.font.size = Pt(9)
        axis.has_major_gridlines = axis is chart.value_axis
    chart.value_axis.major_gridlines.format.line.color.rgb = slide.deck.rgb("line")


def _line(series: Any, colour: RGBColor, thick: float, dash: Any = None) -> None:
    series.smooth = False
    series.format.line.color.rgb, series.format.line.width = colour, Pt(thick)
    if dash is not None:
        series.format.line.dash_style = dash
    series.marker.style = XL_MARKER_STYLE.NONE


def feelings(slide: Slide, d: MapDocument, cells: Sequence[Cell], place: Sequence[float]) -> bool:
    """The emotion lines over all stages, a stage as wide as its column; one series a run, so that gaps stay gaps."""
    ids = [s.id for s in d.stages]
    runs = [(name, run) for name in ("reported", "effort") for run in _runs(cells, ids, name)]
    if not runs:
        return False
    # The longest first: some programs take the first line's places for a chart of fewer points.
    runs.sort(key=lambda one: -len(one[1]))
    data = XyChartData(number_format="+0.0;−0.0;0")
    for n, (name, run) in enumerate(runs):
        series = data.add_series(f"{'Reported' if name == 'reported' else 'Ease'} {n + 1}")
        for x, e in run:
            series.add_data_point(x, e.value)
    alt = "Feeling from −2 to +2 along the journey: as reported (solid), ease from behaviour (dotted), with intervals."
    chart = slide.chart(XL_CHART_TYPE.XY_SCATTER_LINES, data, place, alt)
    for one, (name, run) in zip(chart.plots[0].series, runs, strict=True):
        role = "teal" if name == "reported" else "effort"
        _line(
            one,
            slide.deck.rgb(role),
            2 if name == "reported" else 1.5,
            None if name == "reported" else MSO_LINE.ROUND_DOT,
        )
        one.marker.style = XL_MARKER_STYLE.CIRCLE if name == "reported" else XL_MARKER_STYLE.SQUARE
        one.marker.size = 7 if name == "reported" else 5
        one.marker.format.fill.solid()
        one.marker.format.fill.fore_color.rgb = slide.deck.rgb(role)
        one.marker.format.line.color.rgb = slide.deck.rgb(role)
        spans = [(max(0.0, e.value - max(-2.0, e.low)), max(0.0, min(2.0, e.high) - e.value)) for _, e in run]
        _error_bars(one, spans, slide.deck.colours[role], before="c:xVal")
    _axes(slide, chart)
    chart.category_axis.minimum_scale, chart.category_axis.maximum_scale = 0, len(ids)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = (
        -2.3,
        2.3,
        2.3,
    )
    chart.category_axis.visible = chart.value_axis.visible = False
    _fill_the_frame(chart)
    return True


def _runs(cells: Sequence[Cell], stages: Sequence[str], name: str) -> list[list[tuple[float, Estimate]]]:
    """Neighbouring points of one line; a point without a number ends a run."""
    runs: list[list[tuple[float, Estimate]]] = [[]]
    for column, stage in enumerate(stages):
        here = [c for c in cells if c.series == name and c.stage == stage and c.place >= 0]
        for cell in sorted(here, key=lambda c: c.place):
            value = cell.value("emotion")
            x = column + cell.place
            if value is None or not isinstance(value.measured, Estimate):
                runs.append([])
            elif runs[-1] and x - runs[-1][-1][0] < 1e-6:
                # Two scores of one touchpoint stand on one spot: the line goes through the first of them.
                runs.insert(0, [(x, value.measured)])
            else:
                runs[-1].append((x, value.measured))
    return [run for run in runs if run]


def _fill_the_frame(chart: Any) -> None:
    """The plot is as large as its frame, so that a stage of the chart is as wide as its column on the slide."""
    area = chart._chartSpace.chart.plotArea
    old = area.find(qn("c:layout"))
    if old is not None:
        area.remove(old)
    layout = etree.Element(qn("c:layout"))
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    for name, value in (
        ("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"),
        ("x", "0"), ("y", "0.02"), ("w", "1"), ("h", "0.96"),
    ):  # fmt: skip
        etree.SubElement(manual, qn(f"c:{name}"), val=value)
    area.insert(0, layout)


def _error_bars(series: Any, spans: Sequence[tuple[float, float]], colour: str, *, before: str) -> None:
    """Intervals around the points of a series; (down, up) a point."""
    made = etree.Element(qn("c:errBars"))
    horizontal = before == "c:cat"
    if not horizontal:
        etree.SubElement(made, qn("c:errDir"), val="y")
    etree.SubElement(made, qn("c:errBarType"), val="both")
    etree.SubElement(made, qn("c:errValType"), val="cust")
    etree.SubElement(made, qn("c:noEndCap"), val="0" if horizontal else "1")
    for name, side in (("c:plus", 1), ("c:minus", 0)):
        numbers = etree.SubElement(etree.SubElement(made, qn(name)), qn("c:numLit"))
        etree.SubElement(numbers, qn("c:formatCode")).text = "General"
        etree.SubElement(numbers, qn("c:ptCount"), val=str(len(spans)))
        for n, span in enumerate(spans):
            etree.SubElement(
                etree.SubElement(numbers, qn("c:pt"), idx=str(n)), qn("c:v")
            ).text = f"{span[side]:.6g}"
    line = etree.SubElement(etree.SubElement(made, qn("c:spPr")), qn("a:ln"), w="15875")
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=colour.lstrip("#").upper())
    series._element.find(qn(before)).addprevious(made)

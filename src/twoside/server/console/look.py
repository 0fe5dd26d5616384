"""How the console looks: one style sheet, no framework, fonts of the reader's own system."""

from __future__ import annotations

from twoside.charts.theme import FONT

CSS = (
    """
:root { --ink: #27323d; --pale: #5b6773; --line: #e3e7eb; --paper: #f5f7f9; --blue: #0072b2;
        --blue-soft: #e8f2f8; --warn: #b34700; --warn-soft: #fdf1e7; }
body { background: var(--paper); color: var(--ink); font-family: """
    + FONT
    + """; font-size: 14px; line-height: 1.5; }
.nicegui-content { padding: 0; }
.q-header { background: white !important; color: var(--ink) !important; padding: 8px 20px;
            border-bottom: 1px solid var(--line); box-shadow: none; }
.bar { display: flex; align-items: center; gap: 16px; width: 100%; }
.brand { font-weight: 700; font-size: 19px; letter-spacing: -.01em; color: var(--ink);
         text-decoration: none; }
.brand b { color: var(--blue); }
.tagline { color: var(--pale); font-size: 13px; white-space: nowrap; }
@media (max-width: 1000px) { .tagline { display: none; } }
.grow { flex: 1; }
.q-drawer { background: white !important; border-right: 1px solid var(--line); padding: 0; }
.q-drawer__content { padding: 16px 10px; gap: 2px; align-items: stretch; }
.nav { display: flex; align-items: center; gap: 12px; padding: 9px 12px; border-radius: 8px;
       color: var(--ink); text-decoration: none; margin-bottom: 2px; font-weight: 500; }
.nav:hover { background: var(--paper); }
.nav.here { background: var(--blue-soft); color: var(--blue); }
.nav .q-icon { font-size: 20px; }
.under { color: var(--pale); font-size: 12px; padding: 12px 12px 0; margin-top: 12px;
         border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.under a { color: var(--blue); }
.languages { display: flex; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.languages a { padding: 4px 12px; color: var(--pale); text-decoration: none; font-size: 13px;
               white-space: nowrap; }
.languages a.here { background: var(--blue); color: white; }
.scenes { flex: none; width: 300px; }
.scenes .q-field__native, .scenes .q-field__label, .scenes .q-icon { color: var(--ink) !important; }
.page { max-width: 1240px; margin: 0 auto; padding: 26px 28px 60px; width: 100%; }
.page h1 { font-size: 24px; font-weight: 650; line-height: 1.25; margin: 0 0 4px;
           letter-spacing: -.01em; }
.lead { color: var(--pale); max-width: 78ch; margin: 0 0 20px; }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(12, minmax(0, 1fr)); width: 100%; }
.wide { grid-column: span 12; } .half { grid-column: span 6; } .third { grid-column: span 4; }
.two-thirds { grid-column: span 8; }
@media (max-width: 1000px) { .half, .third, .two-thirds { grid-column: span 12; } }
.card { background: white; border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px;
        min-width: 0; }
.card h2 { font-size: 15px; font-weight: 650; line-height: 1.4; margin: 0; }
.note { color: var(--pale); font-size: 13px; margin: 2px 0 8px; }
.figures { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
           margin-bottom: 16px; width: 100%; }
.figure { background: white; border: 1px solid var(--line); border-radius: 12px;
          padding: 12px 18px; }
.figure .label { color: var(--pale); font-size: 13px; }
.figure .value { font-size: 25px; font-weight: 650; letter-spacing: -.02em; line-height: 1.3;
                 font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure .below { color: var(--pale); font-size: 12px; min-height: 18px; }
.chart { width: 100%; }
table.plain { border-collapse: collapse; width: 100%; font-size: 13px;
              font-variant-numeric: tabular-nums; }
table.plain th { text-align: left; color: var(--pale); font-weight: 500; padding: 6px 12px 6px 0;
                 border-bottom: 1px solid var(--line); white-space: nowrap; }
table.plain td { padding: 7px 12px 7px 0; border-bottom: 1px solid #eef1f3;
                 vertical-align: middle; }
table.plain .n { text-align: right; } table.plain tr.best td { font-weight: 650; }
table.plain tr:last-child td { border-bottom: 0; }
.q-table--dense .q-table td, .q-table--dense .q-table th { padding: 4px 7px; }
.scroll + .scroll, dl.about + a { display: block; margin-top: 12px; }
.scroll { overflow-x: auto; }
.chip { display: inline-block; background: var(--blue-soft); color: #00527f; border-radius: 6px;
        padding: 1px 7px; margin: 1px 3px 1px 0; font-size: 12px; white-space: nowrap; }
.chip.warn { background: var(--warn-soft); color: var(--warn); }
a.plain { color: var(--blue); text-decoration: none; }
.chip.grey { background: #eef1f3; color: var(--pale); }
.probability { display: inline-flex; align-items: center; gap: 6px; min-width: 84px; }
.probability i { display: block; width: 32px; height: 6px; border-radius: 3px;
                 background: #eef1f3; }
.probability i b { display: block; height: 6px; border-radius: 3px; background: var(--blue); }
.who { font-weight: 600; min-width: 220px; } .words { color: var(--pale); font-size: 12.5px; }
.words b { color: var(--blue); font-weight: 600; }
.parts { display: flex; gap: 4px; flex-wrap: wrap; border-bottom: 1px solid var(--line);
         margin-bottom: 16px; }
.parts a { padding: 7px 14px; color: var(--pale); text-decoration: none; font-weight: 500;
           border-bottom: 2px solid transparent; margin-bottom: -1px; }
.parts a.here { color: var(--blue); border-color: var(--blue); }
ul.reasons { margin: 0; padding: 0; list-style: none; font-size: 12.5px; }
ul.reasons li { padding-left: 44px; }
ul.reasons i { color: var(--blue); font-style: normal; font-weight: 600; display: inline-block;
               width: 38px; margin: 0 6px 0 -44px; text-align: right; }
.group { color: var(--pale); font-weight: 600; }
.near { display: flex; justify-content: space-between; gap: 8px; min-width: 104px; }
.near span + span { color: var(--pale); font-size: 12px; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 8px 0 0; }
dl.about dt { color: var(--pale); } dl.about dd { margin: 0; overflow-wrap: anywhere; }
.asking { display: flex; gap: 12px; align-items: center; flex-wrap: wrap; margin-bottom: 8px; }
.hint { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; color: var(--pale);
        font-size: 13px; }
.hint a { text-decoration: none; }
.warning { background: var(--warn-soft); color: var(--warn); border-radius: 8px; padding: 8px 14px;
           margin-bottom: 14px; width: 100%; }
.nothing { color: var(--pale); padding: 30px 0; text-align: center; overflow-wrap: anywhere; }
"""
)

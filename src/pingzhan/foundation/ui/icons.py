"""Our own line icons, 24 x 24, stroke only; inlined so that no font or second request is needed."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "duty": '<path d="M4 18v-6a8 8 0 0 1 16 0v6"/><rect x="2.8" y="14" width="4" height="6" rx="1.4"/>'
    '<rect x="17.2" y="14" width="4" height="6" rx="1.4"/><path d="M19 20c0 1.4-2.4 2-5 2"/>',
    "wall": '<rect x="2.5" y="4" width="19" height="13" rx="1.5"/><path d="M12 17v4M8 21h8M6.5 13.5V11M10 '
    '13.5V8M13.5 13.5V10M17 13.5V7.5"/>',
    "switch": '<path d="M4 8h13l-3.5-3.5M20 16H7l3.5 3.5"/>',
    "tasks": '<rect x="4" y="4" width="16" height="17" rx="2"/><path d="M9 2.8h6v3H9zM8 '
    '12l2 2 4-4M8 17.5h8"/>',
    "orders": '<path d="M5 21V4h9l1 2h4v9h-5l-1-2H5"/><path d="M8.5 8.500l1.500 1.500 3-3"/>',
    "structure": '<rect x="9" y="3" width="6" height="5" rx="1"/><rect x="2.5" y="16" '
    'width="6" height="5" rx="1"/>'
    '<rect x="15.5" y="16" width="6" height="5" rx="1"/><path d="M12 8v4M5.5 16v-4h13v4"/>',
    "reports": '<path d="M6 3h9l4 4v14H6zM15 3v4h4M9 17v-3M12.500 17v-6M16 17v-4"/>',
    "readiness": '<path d="M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 '
    '9.5-4.4-1.5-7.5-4.9-7.5-9.5V6z"/><path d="M8.5 12l2.5 2.5 4.5-5"/>',
    "roster": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.500 10h17M8 3v4M16 3v4"/>'
    '<circle cx="9" cy="14" r="1.300"/><path d="M12.500 14h4.500M8 17.500h9"/>',
    "audit": '<circle cx="12" cy="12" r="9"/><path d="M12 6.8V12l3.6 2.2"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/>',
    "gate": '<path d="M4 21V6M20 21V6M4 9h16M4 13h9M17 13h3"/>'
    '<circle cx="4" cy="4" r="1.5"/><circle cx="20" cy="4" r="1.5"/>',
    "today": '<rect x="4" y="5" width="16" height="16" rx="2"/><path d="M8 3v4M16 3v4M4 10h16"/>'
    '<path d="M9 15.500l2.500 2.500 4-4"/>',
    "canteen": '<path d="M6 3v7a2 2 0 0 0 2 2v9M10 3v7a2 2 0 0 1-2 2M8 3v6M17 21v-7M17 14c-2 0-3-2-3-5s1-6 3-6z"/>',
    "goods": '<path d="M3 8l9-4.500 9 4.500v9l-9 4.500-9-4.500zM3 8l9 4.500L21 8M12 12.500V21.500"/>',
    "supplies": '<rect x="3.5" y="8" width="17" height="12.500" rx="1.500"/><path d="M8 8V5.500h8V8M12 11v6M9 14h6"/>',
    "sanitation": '<path d="M9 8h6v13H9zM10 8V4h4v4M14 5h4l2 2M6 3v3M3.500 5v3M12 12v5M9.500 14.500h5"/>',
    "health": '<path d="M10 14V5a2.500 2.500 0 0 1 5 0v9a4.500 4.500 0 1 1-5 0zM12.500 9v8M18 6h3M18 10h3"/>',
    "returnees": '<path d="M13 4h6v16h-6M4 12h10M10 8l4 4-4 4"/>',
    "plans": '<path d="M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h4"/><path d="M15 19l4-4"/>',
    "incidents": '<path d="M12 3.500L2.500 20h19z"/><path d="M12 10v4.500M12 17.300v.4"/>',
    "measures": '<path d="M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4"/>',
    "compliance": '<path d="M4 20V4M4 20h16"/><path d="M8 14l3 3 8-9"/>',
    "board": '<rect x="3.5" y="4" width="7" height="7" rx="1.5"/><rect x="13.5" y="4" width="7" height="4.5" rx="1.5"/>'
    '<rect x="3.5" y="14" width="7" height="6" rx="1.5"/><rect x="13.5" y="11.500" width="7" height="8.500" rx="1.5"/>',
    "training": '<path d="M3 9l9-4 9 4-9 4zM7 11v5c3 2 7 2 10 0v-5M21 9v6"/>',
    "firm_duty": '<circle cx="12" cy="13" r="7.5"/><path d="M12 9v4l2.500 2M9 2.500h6M12 2.500v3"/>',
    "production": '<path d="M4 20V4M4 20h16M7 16l4-5 3 2 5-7M19 6h-3.500M19 6v3.500"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>',
    "chevron": '<path d="M6 9l6 6 6-6"/>',
    "right": '<path d="M9 6l6 6-6 6"/>',
    "left": '<path d="M15 6l-6 6 6 6"/>',
    "phone": '<path d="M6 3h3l1.5 5-2 1.5a12 12 0 0 0 6 6l1.5-2 5 1.5v3c0 1.7-1.3 3-3 '
    '3C10.5 21 3 13.5 3 6c0-1.7 1.3-3 3-3z"/>',
    "alert": '<path d="M12 3.5l9.5 16.5h-19z"/><path d="M12 10v4.5M12 17.3v.1"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "upload": '<path d="M12 15V4M7.5 8.5L12 4l4.5 4.5M4 15v5h16v-5"/>',
    "download": '<path d="M12 4v11M7.5 10.5L12 15l4.5-4.5M4 15v5h16v-5"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>',
    "edit": '<path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z"/>',
    "file": '<path d="M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.6-3.7 3-5.5 6.5-5.5s5.9 1.8 6.5 5.5"/>'
    '<path d="M16 5.300a3.5 3.5 0 0 1 0 6.5M18 14.800c2 .7 3.1 2.4 3.5 5.2"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4"/>',
    "map": '<path d="M3 6l6-2.5 6 2.5 6-2.5v14.5L15 20.5 9 18l-6 2.5zM9 3.5V18M15 6v14.5"/>',
    "empty": '<path d="M3.5 13l3-8h11l3 8v6.5h-17zM3.5 13H9l1 2.5h4l1-2.5h5.5"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "flag": '<path d="M5 21V4M5 5h13l-2.5 4L18 13H5"/>',
    "firms": '<path d="M3 21V9l6 4V9l6 4V5h6v16z"/><path d="M7 17h2M12 17h2M17 17h2M17 12h2"/>',
    "papers": '<path d="M6 3h8l5 5v13H6zM14 3v5h5M9 12h7M9 15h7M9 18h4"/>',
    "messages": '<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="M3.500 7.5l8.500 6 8.500-6"/>',
    "documents": '<path d="M6 3h8l5 5v13H6zM14 3v5h5M9 12h7M9 15h7M9 18h4"/>',
    "enterprises": '<path d="M3 21V9l6 4V9l6 4V5h6v16z"/><path d="M7 17h2M12 17h2M17 17h2M17 12h2"/>',
    "command": '<path d="M12 3v3M12 18v3M3 12h3M18 12h3"/><circle cx="12" cy="12" r="6"/><path d="M12 9v3l2 1.500"/>',
    "daily": '<path d="M5 3h11l3 3v15H5zM8.500 8.500h5M8.500 12.500l1.500 1.500 3-3M8.500 18h7"/>',
    "management": '<circle cx="12" cy="12" r="3.2"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.600 '
    '5.600l2.100 2.100M16.300 16.300l2.100 2.100M5.600 18.400l2.100-2.100M16.300 7.700l2.100-2.100"/>',
    "frontline": '<circle cx="12" cy="5.5" r="2.5"/><path d="M12 8v6M8.500 11h7M3 21h18M5 21v-4h14v4"/>',
    "sampling": '<path d="M9 3h6v14a3 3 0 0 1-6 0V3M8 3h8M9 11h6"/>',
    "custody": '<rect x="3.5" y="9" width="17" height="11" rx="1.5"/>'
    '<path d="M8 9V4M12 9V4M16 9V4M6.5 4h11M7 14.500h10"/>',
    "pursuits": '<circle cx="12" cy="12" r="3"/><circle cx="12" cy="12" r="8"/><path d="M12 2v3M12 19v3M2 12h3"/>',
    "rounds": '<path d="M9 3h6M10 3v6L5 19v2h14v-2l-5-10V3M7.500 15h9"/>',
    "testing": '<path d="M9 3h6M10 3v6L5 19v2h14v-2l-5-10V3M7.500 15h9"/>',
    "laboratory": '<path d="M4 20h16M7 20v-3M10 4l4 2-4 9-4-2zM14 9a6 6 0 0 1 1 11"/>',
    "screening": '<path d="M9 3h6M10 3v6L5 19v2h14v-2l-5-10V3M7.500 15h9"/>',
    "logout": '<path d="M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5"/>',
}

# One shape per state, so that a status is told apart without colour.
SHAPES: dict[str, str] = {
    "ok": '<path d="M1.5 6.5l3 3 6-7" fill="none" stroke-width="2.2" '
    'stroke-linecap="round" stroke-linejoin="round"/>',
    "warn": '<path d="M6 .8l5.6 10.2H.4z"/>',
    "bad": '<path d="M2 2l8 8M10 2l-8 8" fill="none" stroke-width="2.4" stroke-linecap="round"/>',
    "info": '<circle cx="6" cy="6" r="4.5"/>',
    "idle": '<path d="M1.5 6h9" fill="none" stroke-width="2.4" stroke-linecap="round"/>',
    "routine": '<rect x="1.5" y="1.5" width="9" height="9" rx="1.5"/>',
    "emergency": '<path d="M6 .5l5.5 5.5L6 11.5.5 6z"/>',
    "drill": '<circle cx="6" cy="6" r="4" fill="none" stroke-width="2.2"/>',
}

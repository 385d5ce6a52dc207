"""Our own line icons, 24 x 24, stroke only; inlined so that no font or second request is needed."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "duty": '<path d="M4 18v-6a8 8 0 0 1 16 0v6"/><rect x="2.8" y="14" width="4" height="6" rx="1.4"/>'
    '<rect x="17.2" y="14" width="4" height="6" rx="1.4"/><path d="M19 20c0 1.4-2.4 2-5 2"/>',
    "switch": '<path d="M4 8h13l-3.5-3.5M20 16H7l3.5 3.5"/>',
    "tasks": '<rect x="4" y="4" width="16" height="17" rx="2"/><path d="M9 2.8h6v3H9zM8 '
    '12l2 2 4-4M8 17.5h8"/>',
    "structure": '<rect x="9" y="3" width="6" height="5" rx="1"/><rect x="2.5" y="16" '
    'width="6" height="5" rx="1"/>'
    '<rect x="15.5" y="16" width="6" height="5" rx="1"/><path d="M12 8v4M5.5 16v-4h13v4"/>',
    "readiness": '<path d="M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 '
    '9.5-4.4-1.5-7.5-4.9-7.5-9.5V6z"/><path d="M8.5 12l2.5 2.5 4.5-5"/>',
    "audit": '<circle cx="12" cy="12" r="9"/><path d="M12 6.8V12l3.6 2.2"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/>',
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
    "messages": '<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="M3.500 7.500l8.500 6 8.500-6"/>',
    "documents": '<path d="M6 3h8l5 5v13H6zM14 3v5h5M9 12h7M9 15h7M9 18h4"/>',
    "enterprises": '<path d="M3 21V9l6 4V9l6 4V5h6v16z"/><path d="M7 17h2M12 17h2M17 17h2M17 12h2"/>',
    "management": '<circle cx="12" cy="12" r="3.2"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.600 '
    '5.600l2.100 2.100M16.300 16.300l2.100 2.100M5.600 18.400l2.100-2.100M16.300 7.700l2.100-2.100"/>',
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

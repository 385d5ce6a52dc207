"""The demo zone: a first start shows a running zone instead of an empty screen."""

from pingzhan.config.demo.build import build_crowd, ensure_demo

__all__ = ["build_crowd", "ensure_demo"]

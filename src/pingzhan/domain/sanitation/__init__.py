"""Clean premises and staggered meals of an enterprise.

Serves annex 2 of the notice, (4) 做好厂区等重点区域清洁消毒、室内通风换气 and (5) 分批错时就餐、分餐打包，避免集中就餐.
What has to be cleaned and aired today is computed from the measures in force and the areas of the enterprise; only
what was done is stored. The planner of sittings is a pure function; plans of sittings are kept as versions that the
database holds within their seats, and the checks of canteens as counts without names.
"""

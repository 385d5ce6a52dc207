"""健康: temperatures by team, who has stopped work, and for officials the coverage of their enterprises."""

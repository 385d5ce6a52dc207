"""宣传培训: who was told, who still has to be; sessions with their attendance and photographs."""

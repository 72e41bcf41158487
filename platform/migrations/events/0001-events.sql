-- Events of all institutions. Columns are EVENT_COLUMNS (platform/events/columns.ts); a test compares the two.
-- Sorted by institution and time: a search reads one institution's stretch of time and nothing else.
-- Partitioned by day of arrival, so that retention drops whole parts and late or back-dated rows are kept as long as all others.
-- Text indexes are over lower(text), not over text with a preprocessor: hasAllTokens() forgets the preprocessor whenever it is
-- evaluated without the index (top-N queries do that). The other skip indexes are for needles (an address, a batch, a rule) over long times.
CREATE TABLE events
(
    tenant LowCardinality(String),
    ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingested DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    batch UInt64 CODEC(ZSTD(1)),
    seq UInt32 CODEC(Delta(4), ZSTD(1)),
    source LowCardinality(String),
    dataset LowCardinality(String),
    category LowCardinality(String),
    action LowCardinality(String),
    outcome LowCardinality(String),
    code LowCardinality(String),
    host LowCardinality(String),
    user LowCardinality(String),
    process LowCardinality(String),
    src_ip String CODEC(ZSTD(1)),
    src_port UInt16 CODEC(ZSTD(1)),
    dst_ip String CODEC(ZSTD(1)),
    dst_port UInt16 CODEC(ZSTD(1)),
    url String CODEC(ZSTD(1)),
    status UInt16 CODEC(ZSTD(1)),
    rules Array(LowCardinality(String)),
    intel Array(String) CODEC(ZSTD(1)),
    fields Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    message String CODEC(ZSTD(1)),
    raw String CODEC(ZSTD(1)),
    INDEX ix_ts ts TYPE minmax GRANULARITY 1,
    INDEX ix_batch batch TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_src_ip src_ip TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_dst_ip dst_ip TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_user lower(user) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_rules rules TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_intel intel TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_message lower(message) TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX ix_raw lower(raw) TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = MergeTree
PARTITION BY toDate(ingested)
ORDER BY (tenant, ts, batch, seq)
PRIMARY KEY (tenant, ts)
TTL toDateTime(ingested) + INTERVAL 180 DAY
SETTINGS
    non_replicated_deduplication_window = 10000,
    ttl_only_drop_parts = 1,
    merge_with_ttl_timeout = 3600;

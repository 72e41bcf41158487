-- The text indexes of a day are built once, when the day is over (platform/events/text-index.ts), not with every insert and merge:
-- 39 µs of processor time per event became 11 (docs/adr/0002-event-store-figures.md). Until then a search by word reads the day's text.
-- The parts of a closed day are merged into one by the engine itself, so that its index, once built, stays.
ALTER TABLE events MODIFY SETTING
    exclude_materialize_skip_indexes_on_merge = 'ix_message, ix_raw',
    min_age_to_force_merge_seconds = 1800,
    min_age_to_force_merge_on_partition_only = 1;

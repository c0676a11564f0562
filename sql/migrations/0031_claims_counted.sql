-- How many customers somebody claimed from a pool today is asked at every claim: from the index alone.
ALTER TABLE pool_event ADD KEY IF NOT EXISTS pool_event_owner_pool (owner_id, happened_on, kind, pool_id),
    DROP KEY IF EXISTS pool_event_owner;

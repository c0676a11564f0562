-- The tracking page's figures count intervals by what became of them. Intervals that are alike in all of it carry the
-- same number, so that the database counts kinds instead of testing forty conditions for every row. Read by
-- app/assignment/profile_rules.c, which knows the places of the bits.
ALTER TABLE assignment
    ADD COLUMN IF NOT EXISTS profile INT GENERATED ALWAYS AS (
        (ended_at IS NULL)
        | (first_touch_at IS NOT NULL) << 1
        | (deal_on IS NOT NULL) << 2
        | (won_on IS NOT NULL) << 3
        | (opportunity_count > 0) << 4
        | (contract_count > 0) << 5
        | (received_minor > 0) << 6
        | (from_owner_id IS NOT NULL) << 7
        | FIELD(outcome, 'open', 'won', 'transferred', 'returned', 'recycled', 'deleted') << 8
        | CASE WHEN response_minutes IS NULL THEN 0 WHEN response_minutes < 60 THEN 1 WHEN response_minutes < 120 THEN 2
               WHEN response_minutes < 240 THEN 3 WHEN response_minutes < 480 THEN 4 WHEN response_minutes < 960 THEN 5
               WHEN response_minutes < 2400 THEN 6 ELSE 7 END << 11
        | CASE WHEN days_to_deal IS NULL THEN 0 WHEN days_to_deal <= 0 THEN 1 WHEN days_to_deal <= 3 THEN 2
               WHEN days_to_deal <= 7 THEN 3 WHEN days_to_deal <= 14 THEN 4 WHEN days_to_deal <= 30 THEN 5
               WHEN days_to_deal <= 60 THEN 6 WHEN days_to_deal <= 90 THEN 7 WHEN days_to_deal <= 180 THEN 8
               WHEN days_to_deal <= 365 THEN 9 ELSE 10 END << 14
    ) STORED COMMENT 'what became of it, in bits' AFTER outcome;

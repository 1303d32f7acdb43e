-- The next job of a lane, and the next of all with its lane, are found in the index alone.
DROP INDEX jobs_lane;
CREATE INDEX jobs_of_lane ON jobs (lane, status, run_at, id);
DROP INDEX jobs_due;
CREATE INDEX jobs_in_time ON jobs (status, run_at, id, lane);

DROP INDEX jobs_in_time;
CREATE INDEX jobs_due ON jobs (status, run_at);
DROP INDEX jobs_of_lane;
CREATE INDEX jobs_lane ON jobs (lane, status);

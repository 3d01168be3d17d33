-- The exactness report of a completed export (JSON, as it is served), and what rendered each part, which the report names.
alter table exports add column report text;
alter table parts add column node_version text;
alter table parts add column media_library text;

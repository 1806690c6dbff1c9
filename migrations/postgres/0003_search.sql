-- The search index. Rust splits texts into terms (src/text/search), so that both databases find the
-- same; PostgreSQL only stores and ranks them, and keeps no copy of the text.

create table search_documents (
    -- The newest come first, so that a word of every post is found without looking at them all.
    doc bigint generated always as identity unique,
    post_id text primary key references posts (id) on delete cascade,
    -- Weight A: the title; D: the text.
    document tsvector not null
);

create index search_documents_index on search_documents using gin (document);

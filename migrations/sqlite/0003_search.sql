-- The search index. Rust splits texts into terms (src/text/search), so that both databases find the
-- same; FTS5 only stores and ranks them, and keeps no copy of the text.

create table search_documents (
    doc integer primary key,
    post_id text not null unique references posts (id) on delete cascade
) strict;

create virtual table search_index using fts5 (
    title, body,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);

create trigger search_documents_leave_index after delete on search_documents
begin
    delete from search_index where rowid = old.doc;
end;

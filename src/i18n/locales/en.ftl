# Dates and numbers
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
date = { $month } { $day }, { $year }
date-full = { $weekday }, { $month } { $day }, { $year }
date-month = { $month } { $year }
number-group = ,

# Around every page
skip = Skip to the text
sections = Sections
search = Search
archive = Archive
feed = RSS
more-links = More links
published-with = Published with { $it }
copy = Copy
copied = Copied
close = Close

# Lists of posts
edition = No. { $number }
byline = By { $it }
list-comma = { ", " }
list-and = { " and " }
reading-time = { $number } min read
members-only = For members
page-of = Page { $page } of { $pages }
title-page = { $title }, page { $page }
newer = Newer posts
older = Older posts
posts-count = { $count ->
    [one] { $number } post
   *[other] { $number } posts
}
nothing-listed = Nothing has been published here yet.

# A post
contents = Contents
updated = Updated { $it }
topics = Topics
about-author = About the author
about-authors = About the authors
next-post = Next
previous-post = Previous
neighbours = Neighbouring posts
related = Read on
footnotes = Footnotes
members-title = The rest is for members
members-text = The author keeps the full text of this post for members of the site.
preview = This is a preview. Readers cannot see this page yet.
preview-changes = This is a preview. Readers see only what is saved and published.
source = This text as Markdown

# Authors
website = Website

# The archive
archive-lead = Everything that has been published here, month by month.

# Search
search-label = Search this site
search-hint = Words from the title or the text
search-results = { $count ->
    [one] { $number } post found
   *[other] { $number } posts found
}
search-for = Search: { $query }
search-none = No post has the words “{ $query }”.
search-none-help = Try fewer or other words, or look through the archive.

# Empty and broken
empty-title = The first edition is on its way
empty-text = Nothing has been published here yet. Come back soon.
not-found-title = This page does not exist
not-found-text = It may have moved, or the address may have a typing error in it.
not-found-close = Did you mean one of these?
not-found-search = Or look for it:
error-title = Something went wrong on our side
error-text = The page could not be made. Please try again in a minute.
error-reference = If you report this, quote { $it }.
home = To the front page

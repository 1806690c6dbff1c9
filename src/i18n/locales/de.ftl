# Datum und Zahlen
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
date = { $day }. { $month } { $year }
date-full = { $weekday }, { $day }. { $month } { $year }
date-month = { $month } { $year }
number-group = .

# Auf jeder Seite
skip = Direkt zum Text
sections = Ressorts
search = Suche
archive = Archiv
feed = RSS
more-links = Weitere Links
published-with = Veröffentlicht mit { $it }
copy = Kopieren
copied = Kopiert
close = Schließen

# Listen
edition = Nr. { $number }
byline = Von { $it }
list-comma = { ", " }
list-and = { " und " }
reading-time = { $number } Min. Lesezeit
members-only = Für Mitglieder
page-of = Seite { $page } von { $pages }
title-page = { $title }, Seite { $page }
newer = Neuere Beiträge
older = Ältere Beiträge
posts-count = { $count ->
    [one] { $number } Beitrag
   *[other] { $number } Beiträge
}
nothing-listed = Hier ist noch nichts erschienen.

# Ein Beitrag
contents = Inhalt
updated = Aktualisiert am { $it }
topics = Themen
about-author = Zur Person
about-authors = Zu den Personen
next-post = Nächster Beitrag
previous-post = Voriger Beitrag
neighbours = Benachbarte Beiträge
related = Weiterlesen
footnotes = Fußnoten
members-title = Weiter geht es für Mitglieder
members-text = Der vollständige Text dieses Beitrags ist den Mitgliedern vorbehalten.
preview = Dies ist eine Vorschau. Leserinnen und Leser sehen diese Seite noch nicht.
preview-changes = Dies ist eine Vorschau. Leserinnen und Leser sehen nur, was gespeichert und veröffentlicht ist.
source = Dieser Text als Markdown

# Autorinnen und Autoren
website = Website

# Das Archiv
archive-lead = Alles, was hier erschienen ist, Monat für Monat.

# Suche
search-label = Diese Website durchsuchen
search-hint = Wörter aus Titel oder Text
search-results = { $count ->
    [one] { $number } Beitrag gefunden
   *[other] { $number } Beiträge gefunden
}
search-for = Suche: { $query }
search-none = Kein Beitrag enthält „{ $query }“.
search-none-help = Versuchen Sie es mit weniger oder anderen Wörtern, oder stöbern Sie im Archiv.

# Leer und defekt
empty-title = Die erste Ausgabe ist unterwegs
empty-text = Hier ist noch nichts erschienen. Schauen Sie bald wieder vorbei.
not-found-title = Diese Seite gibt es nicht
not-found-text = Vielleicht ist sie umgezogen, oder in der Adresse steckt ein Tippfehler.
not-found-close = Meinten Sie vielleicht eine davon?
not-found-search = Oder suchen Sie danach:
error-title = Bei uns ist etwas schiefgegangen
error-text = Die Seite konnte nicht erstellt werden. Bitte versuchen Sie es in einer Minute noch einmal.
error-reference = Falls Sie uns den Fehler melden, nennen Sie bitte { $it }.
home = Zur Titelseite

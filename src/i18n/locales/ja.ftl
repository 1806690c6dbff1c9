# 日付と数
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
weekday-1 = 月曜日
weekday-2 = 火曜日
weekday-3 = 水曜日
weekday-4 = 木曜日
weekday-5 = 金曜日
weekday-6 = 土曜日
weekday-7 = 日曜日
date = { $year }年{ $month }{ $day }日
date-full = { $year }年{ $month }{ $day }日{ $weekday }
date-month = { $year }年{ $month }
number-group = ,

# 共通
skip = 本文へ移動
sections = セクション
search = 検索
archive = アーカイブ
feed = RSS
more-links = その他のリンク
published-with = { $it } で発行
copy = コピー
copied = コピーしました
close = 閉じる

# 記事一覧
edition = 第{ $number }号
byline = 文・{ $it }
list-comma = 、
list-and = 、
reading-time = { $number }分で読めます
members-only = 会員限定
page-of = { $pages }ページ中{ $page }ページ目
title-page = { $title }({ $page }ページ目)
newer = 新しい記事
older = 過去の記事
posts-count = { $number }件の記事
nothing-listed = まだ記事はありません。

# 記事
contents = 目次
updated = { $it }更新
topics = トピック
about-author = 筆者について
about-authors = 筆者について
next-post = 次の記事
previous-post = 前の記事
neighbours = 前後の記事
related = あわせて読みたい
footnotes = 脚注
members-title = 続きは会員の方がお読みいただけます
members-text = この記事の全文は、会員限定で公開されています。
preview = これはプレビューです。読者にはまだ公開されていません。
preview-changes = これはプレビューです。読者に見えるのは、保存されて公開された内容だけです。
source = この記事のMarkdown

# 筆者
website = ウェブサイト

# アーカイブ
archive-lead = これまでに公開したすべての記事を月ごとにまとめています。

# 検索
search-label = サイト内を検索
search-hint = タイトルや本文に含まれる言葉
search-results = { $number }件の記事が見つかりました
search-for = 検索:{ $query }
search-none = 「{ $query }」を含む記事は見つかりませんでした。
search-none-help = 言葉を減らすか、別の言葉でお試しください。アーカイブからもお探しいただけます。

# 空の状態とエラー
empty-title = 創刊号を準備しています
empty-text = まだ記事はありません。またのお越しをお待ちしています。
not-found-title = ページが見つかりません
not-found-text = ページが移動したか、アドレスに誤りがある可能性があります。
not-found-close = こちらの記事をお探しですか?
not-found-search = 検索して探す:
error-title = サーバーで問題が発生しました
error-text = ページを表示できませんでした。しばらくしてからもう一度お試しください。
error-reference = お問い合わせの際は { $it } をお知らせください。
home = トップページへ

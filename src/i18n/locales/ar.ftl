# التواريخ والأعداد
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد
date = { $day } { $month } { $year }
date-full = { $weekday }، { $day } { $month } { $year }
date-month = { $month } { $year }
number-group = ,

# في كل صفحة
skip = انتقل إلى النص
sections = الأقسام
search = بحث
archive = الأرشيف
feed = RSS
more-links = روابط أخرى
published-with = نُشر باستخدام { $it }
copy = نسخ
copied = نُسخ
close = إغلاق

# قوائم المقالات
edition = العدد { $number }
byline = بقلم { $it }
list-comma = { "، " }
list-and = { " و" }
reading-time = { $count ->
    [zero] قراءة في أقل من دقيقة
    [one] قراءة في دقيقة واحدة
    [two] قراءة في دقيقتين
    [few] قراءة في { $number } دقائق
    [many] قراءة في { $number } دقيقة
   *[other] قراءة في { $number } دقيقة
}
members-only = للأعضاء
page-of = الصفحة { $page } من { $pages }
title-page = { $title }، الصفحة { $page }
newer = مقالات أحدث
older = مقالات أقدم
posts-count = { $count ->
    [zero] لا مقالات
    [one] مقال واحد
    [two] مقالان
    [few] { $number } مقالات
    [many] { $number } مقالًا
   *[other] { $number } مقال
}
nothing-listed = لم يُنشر شيء هنا بعد.

# المقال
contents = المحتويات
updated = حُدِّث في { $it }
topics = الموضوعات
about-author = عن الكاتب
about-authors = عن الكتّاب
next-post = التالي
previous-post = السابق
neighbours = مقالات مجاورة
related = واصل القراءة
footnotes = الحواشي
members-title = البقية للأعضاء
members-text = النص الكامل لهذا المقال متاح لأعضاء الموقع فقط.
preview = هذه معاينة. لا يرى القراء هذه الصفحة بعد.
preview-changes = هذه معاينة. لا يرى القراء إلا ما حُفظ ونُشر.
source = هذا النص بصيغة Markdown

# الكتّاب
website = الموقع الشخصي

# الأرشيف
archive-lead = كل ما نُشر هنا، شهرًا بعد شهر.

# البحث
search-label = ابحث في هذا الموقع
search-hint = كلمات من العنوان أو النص
search-results = { $count ->
    [zero] لم يُعثر على مقالات
    [one] عُثر على مقال واحد
    [two] عُثر على مقالين
    [few] عُثر على { $number } مقالات
    [many] عُثر على { $number } مقالًا
   *[other] عُثر على { $number } مقال
}
search-for = بحث: { $query }
search-none = لا يوجد مقال فيه «{ $query }».
search-none-help = جرّب كلمات أقل أو كلمات أخرى، أو تصفّح الأرشيف.

# صفحات فارغة وأخطاء
empty-title = العدد الأول في الطريق
empty-text = لم يُنشر شيء هنا بعد. عُد إلينا قريبًا.
not-found-title = هذه الصفحة غير موجودة
not-found-text = ربما نُقلت، أو ربما في العنوان خطأ مطبعي.
not-found-close = هل تقصد إحدى هذه؟
not-found-search = أو ابحث عنها:
error-title = حدث خطأ من جانبنا
error-text = تعذّر إعداد الصفحة. يُرجى المحاولة مرة أخرى بعد دقيقة.
error-reference = إذا أبلغت عن هذا الخطأ، فاذكر { $it }.
home = إلى الصفحة الأولى

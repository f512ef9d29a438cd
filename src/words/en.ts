/**
 * Every word that a subscriber reads, on pages and in mails: a second language is a file beside this one with the same
 * keys. {names} are filled in; `one` and `other` are chosen by a count; a key that ends in Html holds markup.
 */
export const en = {
  language: 'en',
  weekdays: {
    mon: 'Monday',
    tue: 'Tuesday',
    wed: 'Wednesday',
    thu: 'Thursday',
    fri: 'Friday',
    sat: 'Saturday',
    sun: 'Sunday',
  },
  months: {
    1: 'January',
    2: 'February',
    3: 'March',
    4: 'April',
    5: 'May',
    6: 'June',
    7: 'July',
    8: 'August',
    9: 'September',
    10: 'October',
    11: 'November',
    12: 'December',
  },
  lists: { and: 'and', or: 'or' },
  schedule: { everyDay: 'every day', workdays: 'Monday to Friday' },
  counts: {
    paper: { one: '{count} paper', other: '{count} papers' },
    newPaper: { one: '{count} new paper', other: '{count} new papers' },
    vote: { one: '{count} vote', other: '{count} votes' },
    comment: { one: '{count} comment', other: '{count} comments' },
    topic: { one: '{count} topic', other: '{count} topics' },
  },
  /** By error code: calm, says what to do next. */
  errors: {
    unexpected: 'Something broke on our side, and nothing was changed. Please try again in a few minutes.',
    'usage.wrong': '{what}',
    'page.not-found': 'There is no page here. The newest papers are on the front page.',
    'request.too-large': 'That is more than this form takes. Send less text and try again.',
    'request.unreadable': 'We could not read what was sent. Go back and try once more.',
    'rate.too-many': 'Too many tries. Wait {wait}, then try again.',
    'config.invalid': 'The service is not set up yet.',
    'database.unreachable':
      'We cannot reach our records right now. Nothing was changed; please try again in a few minutes.',
    'database.migration-failed': 'We cannot reach our records right now. Please try again in a few minutes.',
    'database.behind': 'We are being updated. Please try again in a few minutes.',
    'zone.unknown': 'We do not know the time zone “{zone}”. Use a name such as Europe/Paris, or UTC.',
    'date.invalid': '“{date}” is not a date. A day looks like 2026-11-24.',
    'address.empty': 'Enter your e-mail address.',
    'address.malformed': 'Enter one e-mail address in the form name@example.com.',
    'address.several': 'Enter one e-mail address, not several, in the form name@example.com.',
    'address.not-ascii':
      'We cannot write to addresses with accents or other scripts before the @. Enter another address of yours.',
    'address.too-long': 'No e-mail address is that long. Enter one in the form name@example.com.',
    'address.taken': 'That address already has a subscription.',
    'link.unknown':
      'We do not know this link. Open it again from the mail, whole, or subscribe from the front page.',
    'link.wrong-purpose':
      'We do not know this link. Open it again from the mail, whole, or subscribe from the front page.',
    'link.lower-case':
      'This link has lost its capital letters: a program on the way changed it. Copy the address out of the mail by hand, or subscribe from the front page.',
    'link.expired':
      'This link ended on {ended}. Nothing was changed; you can subscribe again on the front page.',
    'signup.closed':
      'New subscriptions are closed here. The papers of each day stand on the site for everybody.',
    'signup.domain': 'Subscriptions are open to addresses at {domains} only. Enter such an address.',
    'topics.too-many':
      'That is {count} topics, and we take {most} at most. Leave some out, or join them with OR.',
    'topic.unknown': 'There is no topic “{query}”.',
    'setting.hour': 'Choose an hour from 0 to 23.',
    'setting.days': '“{value}” is not a day of the week. Choose among {allowed}.',
    'setting.max': 'Choose how many papers a mail holds at most, from 1 to {most}.',
    'setting.format': 'Choose html or text.',
    'setting.detail': 'Choose the whole papers or their titles.',
    'setting.until': 'Choose a date after {today}.',
    'subscriber.unknown': 'Nobody is subscribed with this address.',
    'subscriber.suppressed':
      'We cannot write to this address at present. If it is yours and works, please write to the people who run this site.',
    'subscriber.state': 'That cannot be done now, and nothing was changed.',
    'source.unknown': 'We do not know the source “{source}”.',
    'source.unreachable': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'source.failing': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'source.rate-limited': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'source.not-json': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'source.refused-date': 'There are no papers for {day}. Choose a day up to today.',
    'source.refused': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'source.unreadable': 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
    'import.no-file': 'We could not read the file “{file}”.',
    'import.not-a-list': 'We could not read this as a list of papers.',
    'import.nothing-readable': 'We could not read any paper in this list.',
    'message.without-content': 'We could not write this mail. Please tell whoever runs this site.',
    'message.unknown': 'There is no such message.',
    'message.cannot-retry': 'This message cannot be tried again.',
    'message.bad-address': 'That mail cannot be built for this address.',
    'dkim.cannot-sign': 'No mail can go out until the service is set up anew.',
    'paper.unknown': 'We do not have the paper “{name}”.',
    'query.empty': 'Type a word or two to look for.',
    'query.only-stop-words': 'Nearly every paper holds the words “{query}”. Add one that says more.',
    'query.only-not':
      '“{query}” says at column {column} only what a paper must not hold. Add a word that it must hold.',
    'query.bracket-open':
      'We could not read “{query}”: the bracket at column {column} is never closed. Add the missing ) or take the bracket out.',
    'query.bracket-stray':
      'We could not read “{query}”: the bracket at column {column} closes nothing. Take it out, or open one before it.',
    'query.quote-open':
      'We could not read “{query}”: the quote at column {column} is never closed. Add the missing quote or take this one out.',
    'query.word-missing':
      'We could not read “{query}”: a word is missing {where}, at column {column}. Add it there.',
    'query.unknown-field':
      'We could not read “{query}”: there is no field “{field}:” (column {column}). There are title: abstract: author: cat: keyword: org: has:code and votes>=20; put the text in quotes to look for it as it stands.',
    'query.category':
      'We could not read “{query}”: “{value}” (column {column}) is no category of arXiv. Use one such as cat:cs.LG, or cat:cs for all of cs.',
    'query.has':
      'We could not read “{query}”: has:{value} (column {column}) is unknown. Use has:code for papers with code.',
    'query.votes':
      'We could not read “{query}”: votes{value} (column {column}) is no limit. Write it like votes>=20.',
    'query.too-long': 'That query is too long. Use fewer words, or several topics.',
    'query.too-deep':
      'We could not read “{query}”: there are too many brackets inside each other at column {column}. Use at most {most}.',
    'smtp.not-set': 'No mail can go out until the service is set up.',
  },
} as const

import type { RefusalRule } from './rule.ts'

/** The server or its users reject this email or this sender. */
export const POLICY: RefusalRule[] = [
  {
    name: 'blocked',
    class: 'policy',
    text: [
      /\bblock(?:ed|ing|list(?:ed)?)\b/i,
      /\b(?:black|deny|white|allow|safe)-? ?list/i,
      /\bban(?:ned|list)?\b/i,
      /\b(?:dns)?(?:rbl|bl|wl)s?\b|spamhaus|spamcop|barracuda|\bsorbs\b|\bproofpoint\b.{0,40}\bcheck|\bcloudmark/i,
      /\breputation\b/i,
      /(?<!not )\blisted (?:in|at|on|by)\b/i,
      /\bclient host\b.{0,80}\breject/i,
    ],
    examples: [
      '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.list.example',
      '550 Your address is on our blacklist',
      '550 Mail from IP 192.0.2.7 banned',
      '550 JunkMail rejected - 192.0.2.7 is in an RBL',
      '554 Denied: poor reputation of 192.0.2.7',
      '550 5.2.1 Mailbox unavailable. 192.0.2.7 is listed at zen.list.example',
      '450 4.7.1 <host7.papers.example[192.0.2.7]>: Client host rejected: may not be mail exchanger',
    ],
  },
  {
    name: 'spam',
    class: 'policy',
    text: [
      /\bspam(?:ming|mer|mers|my)?\b(?!-)/i,
      /\bunsolicited\b|\bu[bc]e\b|\bjunk(?: ?mail)?\b|\bbulk (?:e?-?mail|messages?|sender)/i,
      /\bphish|\bvirus|\bmalware|\btrojan|\binfected\b|\bsuspicious\b/i,
      /\b(?:message|mail) (?:was )?content\b|\bcontent (?:reject|filter|of (?:this|your) (?:message|mail)|presents)/i,
      /\bcomplain|\babuse\b|\babusive\b/i,
      /\bspamverdacht|\bcorreo no deseado|\bpourriel|\bспам|垃圾邮件|垃圾郵件|迷惑メール|스팸/i,
    ],
    examples: [
      '550 5.1.1 This message looks like spam',
      '554 5.7.1 Unsolicited mail is not wanted here',
      '550 Message held: virus found',
      '550 5.7.1 message content rejected',
      '554 Refused after complaints of our users',
      '554 Mail als Spamverdacht abgewiesen',
    ],
  },
  {
    name: 'not-wanted',
    class: 'policy',
    text: [
      /\bpolic(?:y|ies)\b/i,
      /\b(?:access|permission|delivery|service|connection)s? (?:is |was |has been )?(?:denied|refused|not authori[sz]ed)/i,
      /\bnot (?:allowed|permitted|authori[sz]ed|wanted|welcome)\b/i,
      /\b(?:prohibited|forbidden|unwelcome|restrict(?:ed|ion|ions))\b/i,
      /\b(?:refused|rejected|denied) (?:by|due|because|for)\b/i,
      /\bpreferences\b|\buser (?:reject|refuse)|\badministrative(?:ly)?\b/i,
      /\b(?:accepts?|accepting|accepted|receives?|takes?)\b.{0,20}\b(?:mail|messages)\b.{0,30}\bfrom\b/i,
      /\b(?:your|this) (?:message|mail|e-?mail) (?:was|has been|is) (?:rejected|refused)/i,
    ],
    examples: [
      '554 Mail from papers.example rejected for policy reasons.',
      '550 5.4.1 Recipient address rejected: Access denied. [host7.mail.example]',
      '550 Message not allowed',
      '550 This kind of mail is prohibited here',
      '550 5.1.1 ann@mail.example refused due to recipient settings',
      '550 User rejects this sender',
      '550 5.1.1 <ann@mail.example> is only accepting mail from specific senders',
      '550-Your message was rejected by this system and was not delivered.',
    ],
  },
  {
    name: 'policy-code',
    class: 'policy',
    enhanced: ['x.7.*'],
    examples: ['550 5.7.1 <ann@mail.example>: Recipient address rejected: User unknown'],
  },
]

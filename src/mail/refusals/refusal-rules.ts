import { type RefusalRule, reportRule, rule } from './refusal-rule.ts'

/** Later, or less at a time: about time and amount, not about the address or the email. */
export const THROTTLED: RefusalRule[] = [
  rule('greylisted', 'temporary', {
    status: ['4'],
    text: [/\bgr[ae]y-? ?list/i, /\b(?:retry|try again|come back) in \d/i],
    slowDown: false,
  }),
  rule('mailbox-too-busy', 'temporary', {
    text: [/\b(?:user|recipient)\b.{0,40}\breceiving mail (?:at a rate|too)/i, /\brecipient thread limit/i],
    slowDown: false,
  }),
  rule('mailbox-full-code', 'full', { enhanced: ['x.2.2'] }),
  rule('too-many', 'temporary', {
    text: [
      /\btoo many (?:[\w-]+ ){0,3}?(?:connections?|sessions?|messages?|e?-?mails?|recipients|commands|errors|requests|attempts)\b/i,
      /\b(?:sent|sending) (?:to )?too many\b/i,
      /\btoo (?:fast|frequent(?:ly)?)\b/i,
      /\b(?:connections?|sessions?|messages?|mails?|emails?|sending|submission|recipients?|hourly|daily|frequency)(?: [\w-]+){0,2} (?:limit|quota)\b.{0,40}\b(?:exceed|reach|hit)/i,
      /\bexceed(?:s|ed|ing)?\b.{0,50}\b(?:connection|sending|message|mail|hourly|daily|rate|frequency)s?(?: rate| count)? (?:limit|quota)/i,
      /\breach(?:ed)? (?:your|the) [\w -]{0,30}\b(?:limit|quota)\b/i,
      /\bfrequency (?:is )?limited\b/i,
    ],
    slowDown: true,
  }),
  rule('slower', 'temporary', {
    text: [
      /\brate[- ]?limit/i,
      /\bthrottl/i,
      /\bslow(?:er)? down\b/i,
      /\b(?:server|system|host|service|we are|too|very) busy\b/i,
      /\bunusual (?:rate|number|amount|volume)\b/i,
      /\b(?:unexpected|high|excessive) (?:volume|rate)\b/i,
      /\breduce (?:your|the) (?:\w+ )?(?:rate|volume|speed)/i,
      /\bresources (?:are )?temporarily unavailable\b/i,
    ],
    slowDown: true,
  }),
  // RFC 3463; x.7.28: Google; from 4.7.500: Microsoft.
  rule('slower-code', 'temporary', {
    enhanced: ['4.3.2', '4.4.5', 'x.5.3', 'x.7.28', '4.7.500', '4.7.501', '4.7.650', '4.7.651', '4.7.652'],
    slowDown: true,
  }),
]

/** Our settings, DNS and names: another sender would not get this reply. */
export const OURS: RefusalRule[] = [
  rule('login-wanted', 'ours', { status: ['530', '534', '535', '538'] }),
  rule('own-people-only', 'policy', { text: [/\bresolver_rst_(?:auth|not)/i] }),
  rule('login-wanted-words', 'ours', {
    status: ['5'],
    text: [
      /\b(?:smtp )?authenticat(?:ion|e) (?:is )?(?:required|needed|first)/i,
      /\bmust (?:first )?(?:authenticate|log ?in)\b/i,
      /\b(?:not |un)authenticated\b/i,
      /\bstarttls\b.{0,20}\b(?:first|required|needed)|\b(?:tls|encryption)(?: connection)? (?:is )?(?:required|needed)/i,
    ],
  }),
  rule('relay-denied', 'ours', {
    text: [
      /\brelay(?:ing)?\b(?: [\w-]+){0,3}? (?:denied|prohibited|refused|disallowed|rejected|forbidden)/i,
      /\brelay(?:ing)?\b[^.;]{0,60}\bnot (?:allowed|permitted|authori[sz]ed|supported)/i,
      /\b(?:not (?:allowed|permitted|authori[sz]ed)|unable|cannot|can't|don'?t|do not|does not|won'?t|will not|refuse\w*|unauthori[sz]ed|insecure mail|no) (?:to )?relay/i,
      /\brcpthosts\b/i,
      /\bnot (?:a |an )?(?:open )?relay\b/i,
    ],
  }),
  rule('own-account', 'ours', {
    text: [
      /\byour (?:smtp |mail |sending )?account\b/i,
      /\bsending (?:is |has been |was )?(?:disabled|suspended|paused)\b/i,
    ],
  }),
  rule('sender-code', 'ours', { enhanced: ['x.1.7', 'x.1.8'] }),
  rule('sender-rejected', 'ours', {
    text: [
      /\bsenders?'?s?\b(?: (?:address|domain|mailbox|host|e?-?mail))*(?: <?\S+>?)? (?:is |was |has been )?(?:rejected|refused|denied|invalid|unknown|blocked|not (?:found|valid|accepted|allowed|known|authori[sz]ed|permitted|verified))/i,
      /\bsender\b[^.;]{0,80}\b(?:does not|doesn'?t|do not|must) (?:exist|resolve)/i,
      /\bdomain of sender\b/i,
      /\b(?:invalid|bad|unknown|unrout(?:e)?able|forged|unverified|null) (?:sender|envelope[- ]?(?:from|sender)|return[- ]path|reverse[- ]path|mail from)/i,
      /\bsender (?:verif(?:y|ication)|callout|callback)\b/i,
      /\bidentit(?:y|ies)\b.{0,30}\b(?:failed|not verified)|\baddress is not verified\b/i,
      /\b(?:mail from|return[- ]path|envelope sender|from) (?:address|domain)\b[^.;]{0,60}\b(?:not|invalid|rejected|unknown|no)\b/i,
    ],
  }),
  // RFC 7372, RFC 7505.
  rule('own-dns-code', 'ours', { enhanced: ['x.7.25', 'x.7.27'] }),
  rule('own-dns', 'ours', {
    text: [
      /\bptr\b/i,
      /\br-?dns\b|\breverse[- ](?:dns|lookup|hostname|name|resolution|ip)/i,
      /\b(?:ip )?name lookup failed|\bcannot find your (?:reverse )?hostname/i,
      /\bunverifyable sending|\bmismatch(?:es)? (?:the )?client (?:ip|host)/i,
      /\b(?:helo|ehlo)\b[^.;]{0,40}\b(?:reject|invalid|bad|not|mismatch|does|must)|\b(?:invalid|bad|forged) (?:helo|ehlo)\b/i,
      /\bhost ?name\b[^.;]{0,40}\b(?:does not|doesn'?t|not) (?:resolve|match)/i,
      /\binvalid dns (?:mx|a\b|ptr|record)/i,
    ],
  }),
  rule('mail-unproven-code', 'ours', {
    enhanced: [
      // RFC 7372 and Google.
      'x.7.20',
      'x.7.21',
      'x.7.22',
      'x.7.23',
      'x.7.24',
      'x.7.26',
      'x.7.29',
      'x.7.30',
      'x.7.31',
      'x.7.32',
      // Microsoft.
      'x.7.509',
      'x.7.515',
    ],
  }),
  rule('mail-unproven', 'ours', {
    text: [
      /\b(?:spf|dkim|dmarc|domainkeys)\b/i,
      /\bsender policy framework\b/i,
      /\bauthentication (?:checks?|information|results?)\b/i,
    ],
  }),
  rule('mail-too-large', 'ours', { enhanced: ['x.3.4', 'x.2.3'] }),
  rule('mail-too-large-words', 'ours', {
    text: [
      /\b(?:message|mail|e-?mail|body|content|data)(?:'s)? (?:size |length |file )?(?:is |was )?(?:too (?:big|large|long)|exceed)/i,
      /\bsize exceed|\bexceeds? (?:the )?(?:fixed |administrative )?(?:maximum )?(?:message )?size/i,
      /\b(?:line|header)s? (?:is |are )?too (?:long|large)|\bline (?:length )?limit exceed/i,
    ],
  }),
]

/** The server or its users reject this email or this sender. */
export const POLICY: RefusalRule[] = [
  // The connection failed: not a policy, though the words match one.
  reportRule('report-no-connection', 'temporary', {
    text: [
      /\bconnection (?:was )?(?:timed? ?out|refused|reset|dropped|lost)\b(?! (?:by|due|because|for|as))/i,
    ],
  }),
  rule('blocked', 'policy', {
    text: [
      /\bblock(?:ed|ing|list(?:ed)?)\b/i,
      /\b(?:black|deny|white|allow|safe)-? ?list/i,
      /\bban(?:ned|list)?\b/i,
      /\b(?:dns)?(?:rbl|bl|wl)s?\b|spamhaus|spamcop|barracuda|\bsorbs\b|\bproofpoint\b.{0,40}\bcheck|\bcloudmark/i,
      /\breputation\b/i,
      /(?<!not )\blisted (?:in|at|on|by)\b/i,
      /\bclient host\b.{0,80}\breject/i,
    ],
  }),
  rule('spam', 'policy', {
    text: [
      /\bspam(?:ming|mer|mers|my)?\b(?!-)/i,
      /\bunsolicited\b|\bu[bc]e\b|\bjunk(?: ?mail)?\b|\bbulk (?:e?-?mail|messages?|sender)/i,
      /\bphish|\bvirus|\bmalware|\btrojan|\binfected\b|\bsuspicious\b/i,
      /\b(?:message|mail) (?:was )?content\b|\bcontent (?:reject|filter|of (?:this|your) (?:message|mail)|presents)/i,
      /\bcomplain|\babuse\b|\babusive\b/i,
      /\bspamverdacht|\bcorreo no deseado|\bpourriel|\bспам|垃圾邮件|垃圾郵件|迷惑メール|스팸/i,
    ],
  }),
  rule('not-wanted', 'policy', {
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
  }),
  // About the sender, or sent by a filter, although the words mention an address or a domain.
  reportRule('report-not-theirs', 'policy', {
    text: [
      /\bback-?scatter\b/i,
      /\b(?:valid|invalid|the|your) from:? (?:address|domain|header)?|\bfrom: ?(?:domain|address)\b/i,
    ],
  }),
]

/** RFC 3463: a problem of security or policy. */
export const POLICY_CODE = rule('policy-code', 'policy', { enhanced: ['x.7.*'] })

/** A report is about a failure of the server that wrote it, or of the network. */
export const REPORT_TROUBLE: RefusalRule[] = [
  // A server reports the end of its own retries: not about the address.
  reportRule('report-tried-in-vain', 'temporary', {
    text: [
      /\b(?:retry|delivery|queue|message)\b.{0,30}\b(?:timeout|time|period) (?:was |has been )?(?:exceed|expir)/i,
      /\b(?:message|mail|envelope|delivery time|queue lifetime|retry) (?:has |was )?expired\b/i,
      /\b(?:in|on) the queue (?:for )?(?:too|over|more than) /i,
      /\bnot delivered within \d|\bcould not be delivered for \d|\bcannot send (?:message|mail) for \d/i,
      /\bafter (?:multiple|several|many|repeated) (?:re-?tries|tries|attempts)|\b(?:failed|after) \d+ (?:delivery )?(?:attempts|tries)/i,
      /\b(?:not|unable to|could not|cannot|did not accept our requests to) (?:initiate|establish|connect)\b|\bno route to host\b|\bnetwork (?:error|is unreachable)\b/i,
      /\bconnection (?:was )?(?:timed? ?out|refused|reset|dropped|lost|failed)|\boperation timed out\b|\bnot respond(?:ing|ed)?\b/i,
      /\bhost not reachable\b|\bunable to contact\b|\bremote protocol error\b|\blost connection\b|\bsocket error\b/i,
      /\bnot found, try again\b|\btry again (?:later|in \d)/i,
      /\bunexpected name server reply\b|\bno (?:reply|answer|response) from (?:the )?(?:name|dns)/i,
      /\bdeferred\b|\btemp(?:orary)?[ _-]?(?:failure|error|lookup)\b|\bserver failure\b/i,
    ],
  }),
  // A program of the receiving server failed, whatever its output says about users.
  reportRule('report-program', 'temporary', {
    text: [
      /\b(?:couldn'?t|cannot|can'?t|could not|unable to|failed to) (?:create|open|write|read|lock|exec\w*|append|chdir|access)\b/i,
      /\bcommand (?:died|not found|failed|time)|\bexit (?:status|code)\b|\bpermission denied\b|\bno such file\b/i,
    ],
  }),
]

/** The rest: codes without a specific text, problems of the server, and the format of the email. */
export const OTHER: RefusalRule[] = [
  rule('mailbox-off-code', 'full', { enhanced: ['5.2.1'] }),
  rule('mail-form', 'ours', { enhanced: ['x.6.*'] }),
  rule('mail-form-words', 'ours', {
    text: [
      /\brfc ?-?(?:2?822|5322|2821|5321)\b/i,
      /\bduplicate headers?\b|\b(?:missing|invalid|malformed|bad) (?:\S+ )?headers?\b|\bheaders? error\b|\bmultiple addresses in from/i,
      /\bbare (?:lf|cr|newline)|\b8-?bit data\b|\bmalformed\b/i,
    ],
  }),
  rule('network', 'temporary', { enhanced: ['x.4.0', 'x.4.1', 'x.4.2', 'x.4.3', 'x.4.7'] }),
  rule('server-trouble', 'temporary', {
    text: [
      /\b(?:internal|system|local|server|configuration|config|software|mailer)(?: \w+)? (?:error|failure|problem)\b/i,
      /\bservice (?:is )?(?:currently |not )?(?:un)?available\b/i,
      /\b(?:timed? ?out|write error|disk space|system storage)\b/i,
    ],
  }),
  rule('storage-status', 'full', { status: ['552'], enhanced: [null, '5.0.0', '5.2.0'] }),
  rule('not-understood', 'ours', { status: ['500', '501', '502', '503', '504', '555'] }),
  // A reply to MAIL without any of these reasons.
  reportRule('report-sender-refused', 'ours', { status: ['5'], to: ['MAIL'] }),
]

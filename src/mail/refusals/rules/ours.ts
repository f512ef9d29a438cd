import type { RefusalRule } from './rule.ts'

/** Our settings, DNS and names: another sender would not get this reply. */
export const OURS: RefusalRule[] = [
  {
    name: 'login-wanted',
    class: 'ours',
    status: ['530', '534', '535', '538'],
    examples: ['535 5.7.8 Error: authentication failed', '530 5.7.0 Must issue a STARTTLS command first'],
  },
  {
    name: 'own-people-only',
    class: 'policy',
    text: [/\bresolver_rst_(?:auth|not)/i],
    examples: ['550 5.7.1 RESOLVER.RST.AuthRequired; authentication required'],
  },
  {
    name: 'login-wanted-words',
    class: 'ours',
    status: ['5'],
    text: [
      /\b(?:smtp )?authenticat(?:ion|e) (?:is )?(?:required|needed|first)/i,
      /\bmust (?:first )?(?:authenticate|log ?in)\b/i,
      /\b(?:not |un)authenticated\b/i,
      /\bstarttls\b.{0,20}\b(?:first|required|needed)|\b(?:tls|encryption)(?: connection)? (?:is )?(?:required|needed)/i,
    ],
    examples: [
      '550 5.7.1 Authentication required',
      '550 You must authenticate before sending',
      '550 Unauthenticated senders not allowed',
      '550 5.7.10 Encryption required',
    ],
  },
  {
    name: 'relay-denied',
    class: 'ours',
    text: [
      /\brelay(?:ing)?\b(?: [\w-]+){0,3}? (?:denied|prohibited|refused|disallowed|rejected|forbidden)/i,
      /\brelay(?:ing)?\b[^.;]{0,60}\bnot (?:allowed|permitted|authori[sz]ed|supported)/i,
      /\b(?:not (?:allowed|permitted|authori[sz]ed)|unable|cannot|can't|don'?t|do not|does not|won'?t|will not|refuse\w*|unauthori[sz]ed|insecure mail|no) (?:to )?relay/i,
      /\brcpthosts\b/i,
      /\bnot (?:a |an )?(?:open )?relay\b/i,
    ],
    examples: [
      '554 5.7.1 <ann@mail.example>: Relay access denied',
      '550 5.7.1 Relaying to mail.example is not permitted',
      '550 5.7.1 Unable to relay for ann@mail.example',
      "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
      '550 This host is not an open relay',
    ],
  },
  {
    name: 'own-account',
    class: 'ours',
    text: [
      /\byour (?:smtp |mail |sending )?account\b/i,
      /\bsending (?:is |has been |was )?(?:disabled|suspended|paused)\b/i,
    ],
    examples: ['550 5.7.1 Your account has been suspended', '554 Sending paused for this region'],
  },
  {
    name: 'sender-code',
    class: 'ours',
    enhanced: ['x.1.7', 'x.1.8'],
    examples: ['501 5.1.7 Invalid address', '553 5.1.8 <news@papers.example>... Domain not known here'],
  },
  {
    name: 'sender-rejected',
    class: 'ours',
    text: [
      /\bsenders?'?s?\b(?: (?:address|domain|mailbox|host|e?-?mail))*(?: <?\S+>?)? (?:is |was |has been )?(?:rejected|refused|denied|invalid|unknown|blocked|not (?:found|valid|accepted|allowed|known|authori[sz]ed|permitted|verified))/i,
      /\bsender\b[^.;]{0,80}\b(?:does not|doesn'?t|do not|must) (?:exist|resolve)/i,
      /\bdomain of sender\b/i,
      /\b(?:invalid|bad|unknown|unrout(?:e)?able|forged|unverified|null) (?:sender|envelope[- ]?(?:from|sender)|return[- ]path|reverse[- ]path|mail from)/i,
      /\bsender (?:verif(?:y|ication)|callout|callback)\b/i,
      /\bidentit(?:y|ies)\b.{0,30}\b(?:failed|not verified)|\baddress is not verified\b/i,
      /\b(?:mail from|return[- ]path|envelope sender|from) (?:address|domain)\b[^.;]{0,60}\b(?:not|invalid|rejected|unknown|no)\b/i,
    ],
    examples: [
      '550 5.1.0 <news@papers.example> sender rejected',
      '550 Sender domain papers.example does not exist',
      '550 Domain of sender address news@papers.example not here',
      '550 Unroutable sender address',
      '550 Sender verify failed',
      '554 Message rejected: Email address is not verified.',
      '550 The MAIL FROM domain is not known',
    ],
  },
  {
    name: 'own-dns-code',
    class: 'ours',
    enhanced: ['x.7.25', 'x.7.27'],
    examples: ['550-5.7.25 [192.0.2.7] The address has no name', '550 5.7.27 Null MX at the sender'],
  },
  {
    name: 'own-dns',
    class: 'ours',
    text: [
      /\bptr\b/i,
      /\br-?dns\b|\breverse[- ](?:dns|lookup|hostname|name|resolution|ip)/i,
      /\b(?:ip )?name lookup failed|\bcannot find your (?:reverse )?hostname/i,
      /\bunverifyable sending|\bmismatch(?:es)? (?:the )?client (?:ip|host)/i,
      /\b(?:helo|ehlo)\b[^.;]{0,40}\b(?:reject|invalid|bad|not|mismatch|does|must)|\b(?:invalid|bad|forged) (?:helo|ehlo)\b/i,
      /\bhost ?name\b[^.;]{0,40}\b(?:does not|doesn'?t|not) (?:resolve|match)/i,
      /\binvalid dns (?:mx|a\b|ptr|record)/i,
    ],
    examples: [
      '554 5.7.1 No PTR record for 192.0.2.7',
      '550 Reverse DNS validation failed',
      '450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]',
      '550 domain [papers.example] mismatches client ip 192.0.2.7',
      '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname',
      '550 Host name does not resolve to 192.0.2.7',
      '554-mail.example Requested action not taken: invalid DNS MX or A/AAAA resource record',
    ],
  },
  {
    name: 'mail-unproven-code',
    class: 'ours',
    enhanced: [
      ...['x.7.20', 'x.7.21', 'x.7.22', 'x.7.23', 'x.7.24', 'x.7.26', 'x.7.29', 'x.7.30', 'x.7.31', 'x.7.32'],
      ...['x.7.509', 'x.7.515'],
    ],
    examples: [
      '550 5.7.26 Not proven',
      '550 5.7.515 Access denied, sending domain papers.example is below the mark',
    ],
  },
  {
    name: 'mail-unproven',
    class: 'ours',
    text: [
      /\b(?:spf|dkim|dmarc|domainkeys)\b/i,
      /\bsender policy framework\b/i,
      /\bauthentication (?:checks?|information|results?)\b/i,
    ],
    examples: [
      "554 5.7.1 Your message was rejected due to papers.example's DMARC policy",
      '550 Sender Policy Framework says no to 192.0.2.7',
      '550-5.7.1 This message does not have authentication information or fails to pass',
    ],
  },
  {
    name: 'mail-too-large',
    class: 'ours',
    enhanced: ['x.3.4', 'x.2.3'],
    examples: ['552 5.3.4 Message too big for system', '552 5.2.3 Message exceeds local limit'],
  },
  {
    name: 'mail-too-large-words',
    class: 'ours',
    text: [
      /\b(?:message|mail|e-?mail|body|content|data)(?:'s)? (?:size |length |file )?(?:is |was )?(?:too (?:big|large|long)|exceed)/i,
      /\bsize exceed|\bexceeds? (?:the )?(?:fixed |administrative )?(?:maximum )?(?:message )?size/i,
      /\b(?:line|header)s? (?:is |are )?too (?:long|large)|\bline (?:length )?limit exceed/i,
    ],
    examples: [
      '552 Message is too large for this host',
      '552 Message size exceeds fixed limit',
      '500 Line limit exceeded',
    ],
  },
]

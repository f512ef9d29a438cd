import type { RefusalRule } from './rule.ts'

/** The rest: codes without a specific text, problems of the server, and the format of the email. */
export const OTHER: RefusalRule[] = [
  {
    name: 'mailbox-off-code',
    class: 'full',
    enhanced: ['5.2.1'],
    examples: ['550 5.2.1 <ann@mail.example>... User Unknown'],
  },
  {
    name: 'mail-form',
    class: 'ours',
    enhanced: ['x.6.*'],
    examples: ['550 5.6.9 improper use of 8-bit data in message header'],
  },
  {
    name: 'mail-form-words',
    class: 'ours',
    text: [
      /\brfc ?-?(?:2?822|5322|2821|5321)\b/i,
      /\bduplicate headers?\b|\b(?:missing|invalid|malformed|bad) (?:\S+ )?headers?\b|\bheaders? error\b|\bmultiple addresses in from/i,
      /\bbare (?:lf|cr|newline)|\b8-?bit data\b|\bmalformed\b/i,
    ],
    examples: [
      '554 This mail does not keep to RFC 5322',
      "554 Transaction failed: Duplicate header 'Date'.",
      '550 bare LF in the message',
    ],
  },
  {
    name: 'network',
    class: 'temporary',
    enhanced: ['x.4.0', 'x.4.1', 'x.4.2', 'x.4.3', 'x.4.7'],
    examples: ['554 5.4.7 Message expired, unable to deliver'],
  },
  {
    name: 'server-trouble',
    class: 'temporary',
    text: [
      /\b(?:internal|system|local|server|configuration|config|software|mailer)(?: \w+)? (?:error|failure|problem)\b/i,
      /\bservice (?:is )?(?:currently |not )?(?:un)?available\b/i,
      /\b(?:timed? ?out|write error|disk space|system storage)\b/i,
    ],
    examples: [
      '554 5.3.0 Internal system error',
      '554 Service currently unavailable',
      '452 Insufficient system storage',
    ],
  },
  {
    name: 'storage-status',
    class: 'full',
    status: ['552'],
    enhanced: [null, '5.0.0', '5.2.0'],
    examples: ['552 Requested mail action aborted'],
  },
  {
    name: 'not-understood',
    class: 'ours',
    status: ['500', '501', '502', '503', '504', '555'],
    examples: ['503 5.5.1 Improper sequence of commands', '501 Syntax error in parameters or arguments'],
  },
]

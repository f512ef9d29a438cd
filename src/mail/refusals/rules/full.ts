import type { RefusalRule } from './rule.ts'

/** The mailbox exists but accepts nothing at present. */
export const FULL: RefusalRule[] = [
  {
    name: 'mailbox-full',
    class: 'full',
    text: [
      /\b(?:mail ?box|mail ?dir|mail ?drop|inbox|account|recipient|user)s?\b[^.;]{0,50}\b(?:is|are|was|too)? ?full\b/i,
      /\b(?:over|above|exceed(?:s|ed|ing)?)\b(?: (?:its|the|his|their|allowed|disk|storage|mailbox|space|user))* quota\b/i,
      /\bquota (?:is |has been |would be |was )?(?:exceeded|full|reached|violation)/i,
      /\boverquota\b/i,
      /\bexceed(?:s|ed|ing)? (?:the |its |his |their )?(?:storage|mailbox|disk space)/i,
      /\bout of (?:storage|disk space)\b/i,
      /\b(?:mail ?box|account|user|recipient)s?\b[^.;]{0,60}\b(?:not have enough|no|insufficient) (?:free |disk |storage )?space\b/i,
      /\boverdrawn\b.{0,30}\bquota\b/i,
      /\b(?:mail ?box|inbox|recipient)\b[^.;]{0,40}\btoo much mail\b/i,
    ],
    examples: [
      '552 <ann@mail.example>... Mailbox is full',
      '550 5.0.0 user is over quota',
      '554 delivery error: disk quota exceeded (ann)',
      '452 ann: overquota',
      '552 Requested mail action aborted: exceeded storage allocation',
      "552-The recipient's inbox is out of storage space",
      '552 Account(s) <ann@mail.example> does not have enough space',
      '550 ann has overdrawn his disk space quota',
      '452 Inbox of ann holds too much mail',
    ],
  },
  {
    name: 'mailbox-full-abroad',
    class: 'full',
    text: [
      /\bpostfach (?:ist )?(?:voll|uberfullt)|speicherplatz .{0,30}(?:erschopft|uberschritten)/i,
      /\bboite (?:aux lettres |mail |de reception )?(?:est )?(?:pleine|saturee)|quota depasse/i,
      /\bbuzon (?:esta )?lleno|cuota excedida|casilla llena/i,
      /\bcaixa (?:postal |de correio |de entrada )?(?:esta )?cheia|quota excedida/i,
      /\bcasella (?:\w+ ){0,3}piena|\bmailbox vol\b|skrzynka (?:\w+ )?(?:pe[lł]na|przepe[lł]niona)/i,
      /ящик (?:\S+ )?переполнен|превышена квота/i,
      /邮箱(?:已满|空间不足)|信箱(?:已滿|空間不足)|メールボックス.{0,12}(?:いっぱい|容量)|편지함.{0,8}가득/i,
    ],
    examples: [
      '552 Das Postfach ist voll',
      '552 Boîte aux lettres pleine. Mailbox LPN',
      '552 El buzón está lleno',
      '552 Caixa postal cheia',
      '552 Casella di posta piena',
      '552 Почтовый ящик переполнен',
      '552 收件人邮箱已满',
    ],
  },
  {
    name: 'mailbox-off',
    class: 'full',
    text: [
      /\b(?:account|mail ?box|user|e?-?mail address|recipient)\b[^.;:]{0,60}\b(?:disabled|suspended|deactivated|discontinued|inactive|frozen)\b/i,
      /\b(?:disabled|suspended|deactivated|inactive|frozen) (?:recipient|account|mail ?box|user|address)/i,
      /\b(?:account|mail ?box|user)\b[^.;:]{0,40}\b(?:is|has been|was|temporar\w+) (?:temporar\w+ )?(?:locked|blocked|closed|on hold)\b/i,
      /\bcompte\b.{0,40}\b(?:bloque|desactive|suspendu)|cuenta\b.{0,30}\b(?:desactivada|suspendida|deshabilitada)|conta\b.{0,30}\b(?:desativada|suspensa)/i,
      /\bkonto\b.{0,30}\b(?:gesperrt|deaktiviert|zablokowane)|account\b.{0,20}\bdisattivato|аккаунт.{0,20}заблокирован|ящик.{0,20}заблокирован/i,
    ],
    examples: [
      '550-5.2.1 The email account that you tried to reach is disabled.',
      '525 5.7.13 Disabled recipient address',
      '550 5.7.1 <ann@mail.example>: Recipient address rejected: User ann@mail.example temporary locked. Please try again later!',
      '550 5.5.0 Le compte du destinataire est bloqué. LPN007_426',
      '550 Das Konto ist gesperrt',
    ],
  },
]

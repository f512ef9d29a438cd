import type { RefusalRule } from './rule.ts'

/** RFC 3463: bad mailbox, bad system, bad syntax, moved without new address. RFC 7505: the domain accepts no email. */
export const NO_SUCH_MAILBOX_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']

/** If the code is not specific, the text may be: no code, other address, other system, other protocol. */
const UNSPECIFIC_CODES = [null, '5.1.0', '5.3.0', '5.5.0']

/** Returns a function that makes rules for dead addresses by text, together with one of these codes. */
export const deadRuleWithCodes =
  (enhanced: (string | null)[]) =>
  (name: string, text: RegExp[], examples: string[]): RefusalRule => ({
    name,
    class: 'dead',
    status: ['5'],
    enhanced,
    text,
    examples,
  })

const dead = deadRuleWithCodes(UNSPECIFIC_CODES)

/**
 * There is no such mailbox. Only unambiguous texts are here: RFC 5321 also gives "mailbox unavailable" for policy, and
 * carriers reply a bare "user unknown", "unknown user" or "no such user" to email that they filter.
 */
export const DEAD: RefusalRule[] = [
  {
    name: 'not-now',
    class: 'temporary',
    status: ['5'],
    text: [
      /\btemporar(?:y|ily)\b/i,
      /\btry (?:again )?later\b/i,
      /\bnot? .{0,20}\bat (?:this|the) (?:time|moment)\b/i,
    ],
    examples: [
      '550 5.1.1 User lookup temporarily broken',
      '554 Mail cannot be taken, try again later',
      '550 5.1.0 No mail at this time',
    ],
  },
  {
    name: 'no-such-mailbox-code',
    class: 'dead',
    status: ['5'],
    enhanced: NO_SUCH_MAILBOX_CODES,
    examples: [
      '550 5.1.1 <ann@mail.example>: Recipient address rejected: User unknown in virtual mailbox table',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
      '556 5.1.10 Domain mail.example takes no mail (nullMX)',
      '550 5.1.2 <ann@mail.example>... Host unknown',
      '501 5.1.3 Bad recipient address syntax',
      '550 5.1.6 recipient no longer on server: ann@mail.example',
      '550 sorry, no mailbox here by that name (#5.1.1)',
    ],
  },
  dead(
    'unknown',
    [
      /\baddress rejected: user (?:is )?unknown\b/i,
      /\bunknown in (?:virtual|local|relay) (?:mailbox|recipient|alias|user)/i,
      /\b(?:recipient|mail ?box|addressee|local part|account)(?: address| name)? (?:is )?unknown\b/i,
      /\bunknown (?:local[- ]part|recipient|mail ?box|addressee|or illegal alias)/i,
    ],
    [
      '550 <ann@mail.example>: Recipient address rejected: User unknown',
      '550 <ann@mail.example>: User unknown in local recipient table',
      '550 Recipient unknown',
      '550 unknown local-part "ann" in domain "mail.example"',
    ],
  ),
  dead(
    'not-there',
    [
      /\bno such (?:user|mail ?box|recipient|account|person|address|addressee)\b.{0,10}\b(?:here|at this|on this|in this|exists)\b/i,
      /\b(?:user|mail ?box|recipient|account|addressee|address)\b[^.;:]{0,60}\b(?:does not|doesn'?t|do not) exist/i,
      /\b(?:user|mail ?box|recipient|account|addressee)\b[^.;:]{0,40}\bnot (?:be )?found\b/i,
      /\bno (?:mail ?box|user|account|recipient)\b(?: here)? (?:by|with|of|under) (?:that|this) name/i,
      /\buser doesn'?t have an? \S{1,60} account\b/i,
      /\b(?:non-?existent|nonexisting) (?:user|mail ?box|recipient|account|address)/i,
    ],
    [
      '550 Requested action not taken: no such user here',
      '550 The email account that you tried to reach does not exist. Please check it',
      '550 User not found: ann@mail.example',
      '550 sorry, no mailbox here by that name',
      "554 delivery error: dd This user doesn't have a mail.example account (ann@mail.example) [0]",
      '550 Nonexistent mailbox',
    ],
  ),
  dead(
    'not-valid',
    [
      /\binvalid (?:recipient|mail ?box|local[- ]part)\b/i,
      /\brecipient(?: address)? (?:is )?(?:invalid|not valid)\b/i,
      /\bnot a (?:valid|known) (?:user|mail ?box|recipient|account)\b/i,
      /\bnot our (?:user|customer)\b/i,
      /\b(?:user|mail ?box|recipient|account|address)\b[^.;:]{0,40}\bno longer (?:on|at|in|with|exist|valid|here|used|in use)/i,
      /\bnot listed in (?:the |public |domino )*(?:name & address book|directory)/i,
      /\bresolver_adr_(?:ex)?recip/i,
    ],
    [
      '550 Invalid Recipient - https://help.mail.example/550',
      '550 Recipient address is not valid',
      '554 delivery error: dd Not a valid recipient',
      '551 not our customer',
      '550 Mailbox ann is no longer in use',
      '550 ann@mail.example not listed in Domino Directory',
      '550 RESOLVER.ADR.RecipNotFound; not found',
    ],
  ),
  dead(
    'not-there-abroad',
    [
      /\b(?:empfanger|benutzer|adressat|postfach)(?:adresse)? (?:ist |wurde )?(?:unbekannt|existiert nicht|nicht gefunden|nicht vorhanden)|\bunbekannte[rn]? (?:empfanger|benutzer)/i,
      /\b(?:adresse d.{0,4} ?au moins un destinataire|adresse (?:du )?destinataire|destinataire) (?:est )?(?:invalide|inconnue?|inexistante?)|\butilisateur inconnu/i,
      /\b(?:usuario|destinatario|buzon|cuenta) (?:desconocid[oa]|inexistente|no existe|no encontrad[oa])|\bno existe (?:el|la) (?:usuario|destinatario|buzon|cuenta)/i,
      /\b(?:usuario|destinatario|conta|caixa postal) (?:desconhecid[oa]|inexistente|nao existe|nao encontrad[oa])/i,
      /\b(?:utente|destinatario|casella|indirizzo) (?:e )?(?:sconosciut[oa]|inesistente|non esiste|non trovat[oa])|\bonbekende (?:gebruiker|ontvanger)|\bgebruiker (?:is )?onbekend/i,
      /\bnie ma takiego (?:uzytkownika|adresu|konta)|\b(?:uzytkownik|adresat|konto) (?:nieznany|nie istnieje|nie znaleziono)/i,
      /нет такого (?:пользователя|адреса|получателя|ящика)|(?:пользователь|получатель|(?:почтовый )?ящик|адресат) (?:не найден|не существует|неизвестен)/i,
      /(?:用户|收件人|邮箱|帐号|账号|用戶|信箱|使用者)(?:地址)?不存在|(?:ユーザ|宛先|受信者|メールアドレス).{0,8}(?:存在しません|見つかりません)|(?:사용자|수신자|계정).{0,6}(?:없습니다|찾을 수 없)/i,
    ],
    [
      '550 Empfänger unbekannt',
      '550 5.5.0 Adresse destinataire invalide. LPN007_416',
      '550 El usuario no existe: usuario desconocido',
      '550 Usuário não existe',
      '550 Utente sconosciuto',
      '550 Nie ma takiego użytkownika',
      '550 Нет такого пользователя',
      '550 收件人不存在',
    ],
  ),
  dead(
    'no-such-host',
    [/\bhost unknown\b/i, /\bunknown host\b/i, /\bbad destination system\b/i, /\bnull ?mx\b/i],
    [
      '550 mail.example (smtp)... 550 Host unknown',
      '550 Unknown host mail.example',
      '550 Recipient address rejected: Bad destination system address',
      '556 mail.example: nullMX',
    ],
  ),
]

export const REFUSAL_CLASSES = ['dead', 'full', 'policy', 'ours', 'temporary'] as const

/**
 * The meaning of a reply other than an acceptance. dead: no such mailbox. full: the mailbox accepts nothing at present
 * (full, switched off). policy: the server or its users reject it. ours: our settings, DNS or the format of the email.
 * temporary: not now.
 */
export type RefusalClass = (typeof REFUSAL_CLASSES)[number]

/** One reviewed rule. It matches if every list that it has contains a match. */
export interface RefusalRule {
  name: string
  class: RefusalClass
  /** Prefixes of the three digits of the reply: "5", "452". */
  status?: string[]
  /** Enhanced codes (RFC 3463). "x" matches 4 and 5, "*" any detail; null matches a reply without one. */
  enhanced?: (string | null)[]
  /** Patterns for the text of the reply, in any case, without accents. */
  text?: RegExp[]
  /** The server asks for fewer emails at a time, or for a pause. Unset: true if the status is 421. */
  slowDown?: boolean
}

/** `when`: the lists of the rule, and `slowDown`. */
export const rule = (
  name: string,
  kind: RefusalClass,
  when: Omit<RefusalRule, 'name' | 'class'>,
): RefusalRule => ({ name, class: kind, ...when })

/** The mailbox exists but accepts nothing at present. */
export const FULL: RefusalRule[] = [
  rule('mailbox-full', 'full', {
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
  }),
  rule('mailbox-full-abroad', 'full', {
    text: [
      /\bpostfach (?:ist )?(?:voll|uberfullt)|speicherplatz .{0,30}(?:erschopft|uberschritten)/i,
      /\bboite (?:aux lettres |mail |de reception )?(?:est )?(?:pleine|saturee)|quota depasse/i,
      /\bbuzon (?:esta )?lleno|cuota excedida|casilla llena/i,
      /\bcaixa (?:postal |de correio |de entrada )?(?:esta )?cheia|quota excedida/i,
      /\bcasella (?:\w+ ){0,3}piena|\bmailbox vol\b|skrzynka (?:\w+ )?(?:pe[lł]na|przepe[lł]niona)/i,
      /ящик (?:\S+ )?переполнен|превышена квота/i,
      /邮箱(?:已满|空间不足)|信箱(?:已滿|空間不足)|メールボックス.{0,12}(?:いっぱい|容量)|편지함.{0,8}가득/i,
    ],
  }),
  rule('mailbox-off', 'full', {
    text: [
      /\b(?:account|mail ?box|user|e?-?mail address|recipient)\b[^.;:]{0,60}\b(?:disabled|suspended|deactivated|discontinued|inactive|frozen)\b/i,
      /\b(?:disabled|suspended|deactivated|inactive|frozen) (?:recipient|account|mail ?box|user|address)/i,
      /\b(?:account|mail ?box|user)\b[^.;:]{0,40}\b(?:is|has been|was|temporar\w+) (?:temporar\w+ )?(?:locked|blocked|closed|on hold)\b/i,
      /\bcompte\b.{0,40}\b(?:bloque|desactive|suspendu)|cuenta\b.{0,30}\b(?:desactivada|suspendida|deshabilitada)|conta\b.{0,30}\b(?:desativada|suspensa)/i,
      /\bkonto\b.{0,30}\b(?:gesperrt|deaktiviert|zablokowane)|account\b.{0,20}\bdisattivato|аккаунт.{0,20}заблокирован|ящик.{0,20}заблокирован/i,
    ],
  }),
]

/** RFC 3463: bad mailbox, bad system, bad syntax, moved without new address. RFC 7505: the domain accepts no email. */
export const NO_SUCH_MAILBOX_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']

/** If the code is not specific, the text may be: no code, other address, other system, other protocol. */
const UNSPECIFIC_CODES = [null, '5.1.0', '5.3.0', '5.5.0']

/** Returns a function that makes rules for dead addresses by text, together with one of these codes. */
export const deadRuleWithCodes =
  (enhanced: (string | null)[]) =>
  (name: string, text: RegExp[]): RefusalRule =>
    rule(name, 'dead', { status: ['5'], enhanced, text })

const dead = deadRuleWithCodes(UNSPECIFIC_CODES)

/**
 * There is no such mailbox. Only unambiguous texts are here: RFC 5321 also gives "mailbox unavailable" for policy, and
 * carriers reply a bare "user unknown", "unknown user" or "no such user" to email that they filter.
 */
export const DEAD: RefusalRule[] = [
  rule('not-now', 'temporary', {
    status: ['5'],
    text: [
      /\btemporar(?:y|ily)\b/i,
      /\btry (?:again )?later\b/i,
      /\bnot? .{0,20}\bat (?:this|the) (?:time|moment)\b/i,
    ],
  }),
  rule('no-such-mailbox-code', 'dead', { status: ['5'], enhanced: NO_SUCH_MAILBOX_CODES }),
  dead('unknown', [
    /\baddress rejected: user (?:is )?unknown\b/i,
    /\bunknown in (?:virtual|local|relay) (?:mailbox|recipient|alias|user)/i,
    /\b(?:recipient|mail ?box|addressee|local part|account)(?: address| name)? (?:is )?unknown\b/i,
    /\bunknown (?:local[- ]part|recipient|mail ?box|addressee|or illegal alias)/i,
  ]),
  dead('not-there', [
    /\bno such (?:user|mail ?box|recipient|account|person|address|addressee)\b.{0,10}\b(?:here|at this|on this|in this|exists)\b/i,
    /\b(?:user|mail ?box|recipient|account|addressee|address)\b[^.;:]{0,60}\b(?:does not|doesn'?t|do not) exist/i,
    /\b(?:user|mail ?box|recipient|account|addressee)\b[^.;:]{0,40}\bnot (?:be )?found\b/i,
    /\bno (?:mail ?box|user|account|recipient)\b(?: here)? (?:by|with|of|under) (?:that|this) name/i,
    /\buser doesn'?t have an? \S{1,60} account\b/i,
    /\b(?:non-?existent|nonexisting) (?:user|mail ?box|recipient|account|address)/i,
  ]),
  dead('not-valid', [
    /\binvalid (?:recipient|mail ?box|local[- ]part)\b/i,
    /\brecipient(?: address)? (?:is )?(?:invalid|not valid)\b/i,
    /\bnot a (?:valid|known) (?:user|mail ?box|recipient|account)\b/i,
    /\bnot our (?:user|customer)\b/i,
    /\b(?:user|mail ?box|recipient|account|address)\b[^.;:]{0,40}\bno longer (?:on|at|in|with|exist|valid|here|used|in use)/i,
    /\bnot listed in (?:the |public |domino )*(?:name & address book|directory)/i,
    /\bresolver_adr_(?:ex)?recip/i,
  ]),
  dead('not-there-abroad', [
    /\b(?:empfanger|benutzer|adressat|postfach)(?:adresse)? (?:ist |wurde )?(?:unbekannt|existiert nicht|nicht gefunden|nicht vorhanden)|\bunbekannte[rn]? (?:empfanger|benutzer)/i,
    /\b(?:adresse d.{0,4} ?au moins un destinataire|adresse (?:du )?destinataire|destinataire) (?:est )?(?:invalide|inconnue?|inexistante?)|\butilisateur inconnu/i,
    /\b(?:usuario|destinatario|buzon|cuenta) (?:desconocid[oa]|inexistente|no existe|no encontrad[oa])|\bno existe (?:el|la) (?:usuario|destinatario|buzon|cuenta)/i,
    /\b(?:usuario|destinatario|conta|caixa postal) (?:desconhecid[oa]|inexistente|nao existe|nao encontrad[oa])/i,
    /\b(?:utente|destinatario|casella|indirizzo) (?:e )?(?:sconosciut[oa]|inesistente|non esiste|non trovat[oa])|\bonbekende (?:gebruiker|ontvanger)|\bgebruiker (?:is )?onbekend/i,
    /\bnie ma takiego (?:uzytkownika|adresu|konta)|\b(?:uzytkownik|adresat|konto) (?:nieznany|nie istnieje|nie znaleziono)/i,
    /нет такого (?:пользователя|адреса|получателя|ящика)|(?:пользователь|получатель|(?:почтовый )?ящик|адресат) (?:не найден|не существует|неизвестен)/i,
    /(?:用户|收件人|邮箱|帐号|账号|用戶|信箱|使用者)(?:地址)?不存在|(?:ユーザ|宛先|受信者|メールアドレス).{0,8}(?:存在しません|見つかりません)|(?:사용자|수신자|계정).{0,6}(?:없습니다|찾을 수 없)/i,
  ]),
  dead('no-such-host', [
    /\bhost unknown\b/i,
    /\bunknown host\b/i,
    /\bbad destination system\b/i,
    /\bnull ?mx\b/i,
  ]),
]

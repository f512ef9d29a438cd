import { DEAD, deadRuleWithCodes, FULL, type RefusalRule, rule } from '../../mail/refusals/mailbox-rules.ts'
import { OTHER, OURS, POLICY, THROTTLED } from '../../mail/refusals/refusal-rules.ts'

/**
 * Codes for which the words of a report decide: codes that say little, and codes that reporting servers use for any
 * failure.
 */
const WORDS_COUNT = [
  ...[null, '5.0.0', '5.1.*', '5.2.0', '5.2.1', '5.3.0', '5.3.2', '5.3.5'],
  ...['5.4.*', '5.5.*', '5.7.0', '5.7.1'],
]

const dead = deadRuleWithCodes(WORDS_COUNT)

/** A server reports the end of its own retries: not about the address. */
const TRIES: RefusalRule[] = [
  rule('report-tried-in-vain', 'temporary', {
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
]

/** The connection failed: not a policy, though the words match one. */
const NO_CONNECTION = rule('report-no-connection', 'temporary', {
  text: [/\bconnection (?:was )?(?:timed? ?out|refused|reset|dropped|lost)\b(?! (?:by|due|because|for|as))/i],
})

/** A mailbox that accepts nothing at present, in the words of local programs. */
const REPORT_FULL: RefusalRule[] = [
  rule('report-full', 'full', {
    text: [
      /\b(?:mail ?box|mail ?folder|mail ?dir|inbox|user|account|person|disk)\S{0,20}\b[^.;]{0,60}\b(?:quota|limit|space|storage|size)\b[^.;]{0,30}\b(?:exceed|reach|used up|violat|full|agotad)/i,
      /\b(?:quota|limit|space)\b[^.;]{0,30}\b(?:exceed\w*|reached|violation)\b[^.;]{0,30}\b(?:mail ?box|mail ?folder|user|account)\b/i,
      /\b(?:mail ?box|mail ?folder|recipient)\S{0,20}\b[^.;]{0,40}\bexceed\w* (?:the |its |allowed |maximum |local )*(?:size|limit|storage)\b/i,
      /\bnot enough (?:disk |storage )?space in\b|\bfull mail ?box\b|\bdisk ?quota\b|\btoo (?:much mail data|many messages) (?:on|in)\b/i,
      /\bwould (?:exceed|be over)\b[^.;]{0,40}\b(?:storage|quota)\b/i,
    ],
  }),
  rule('report-off', 'full', {
    text: [
      /\b(?:account|mail ?box|user|address|recipient)\b[^.;:]{0,40}\b(?:not active|terminated|archived|has expired|has been (?:closed|suspended)|currently suspended)\b/i,
      /\b(?:archived|expired|closed) (?:recipient|account|mail ?box|user)\b|\bextended inactivity\b/i,
    ],
  }),
]

/** About the sender, or sent by a filter, although the words mention an address or a domain. */
const NOT_THEIRS = rule('report-not-theirs', 'policy', {
  text: [
    /\bback-?scatter\b/i,
    /\b(?:valid|invalid|the|your) from:? (?:address|domain|header)?|\bfrom: ?(?:domain|address)\b/i,
  ],
})

/** A program of the receiving server failed, whatever its output says about users. */
const PROGRAMS = rule('report-program', 'temporary', {
  text: [
    /\b(?:couldn'?t|cannot|can'?t|could not|unable to|failed to) (?:create|open|write|read|lock|exec\w*|append|chdir|access)\b/i,
    /\bcommand (?:died|not found|failed|time)|\bexit (?:status|code)\b|\bpermission denied\b|\bno such file\b/i,
  ],
})

/** Bolder than the rules for a session: a report needs a second one to take effect, a reply in a session does not. */
const REPORT_DEAD: RefusalRule[] = [
  ...DEAD.filter(({ text }) => text !== undefined).map((rule) =>
    rule.class === 'dead' ? { ...rule, name: `report-${rule.name}`, enhanced: WORDS_COUNT } : rule,
  ),
  dead('report-nobody', [
    /\b(?:user|recipient|addressee|address|mail ?box|account|alias|name|userid)(?:e?s)?(?: \S+)? ?(?:is |was |are |were )?(?:unknown|not known)\b/i,
    /\bunknown[- ](?:or (?:illegal|invalid) )?(?:e-?mail |local |virtual )?(?:user|recipient|addressee|address|mail ?box|account|alias|userid|name)s?\b/i,
    /\bno (?:such|valid|known) (?:local |virtual |e-?mail )?(?:user|recipient|addressee|address|mail ?box|account|alias|person|name|subscriber)s?\b(?! from)|\bnot found (?:recipient|user|account)\b/i,
    /\b(?:user|recipient|addressee|address|mail ?box|account|alias|name)s?\b[^.;:]{0,60}(?:\bnot|n'?t) (?:be |been )?(?:found|recogni[sz]ed|exist|present|listed|resolved|registered|located|a(?:n)? known)\b/i,
    /\b(?:user|recipient|addressee|address|mail ?box|account)s?\b[^.;:]{0,60}\b(?:has ceased|ceased to exist|no longer (?:exist|valid|active|available|accept|work|receiv))/i,
    /\b(?:invalid|illegal|bad|non[- ]?existent|undefined|incorrect)[- ](?:\w+ ){0,3}?(?:user ?id|user|recipient|addressee|mail ?box|account|alias|address)(?:name)?s?\b/i,
    /\b(?:user|recipient|mail ?box|account|address)(?:name)? (?:is )?(?:invalid|nonexistent|incorrect)\b/i,
    /\bnot (?:an? )?(?:valid|known|local|existing|active) (?:\w+ )?(?:user|recipient|mail ?box|account|address|customer)\b/i,
    /\bno (?:one|body) (?:at|with|by) (?:this|that)\b|\bno (?:account|mail ?box|user|one)\b.{0,20}\bby (?:that|this) name\b|\bthere is no (?:user|mail ?box|account|such)\b/i,
    /\b(?:not in|isn'?t in) my (?:valid\w*|user) ?(?:list|recipient)|\bnot (?:in|found in|listed in) (?:the |our |any )?(?:\w+ ){0,2}(?:directory|address book|aliases|user database|passwd)/i,
    /\brequested (?:mail )?action (?:not taken|aborted): (?:mail ?box|user) (?:is )?(?:not found|unknown)\b|\bmail ?box (?:is )?unavail?able\b|\brecipient is not local\b/i,
    /\bno (?:home directory|mail ?box) (?:for|found)\b/i,
  ]),
  dead('report-moved', [
    /\bhas been replaced by\b|\b(?:user|recipient|mail ?box|address|person|account)\b[^.;:]{0,40}\bhas (?:moved|changed|left)\b/i,
    /\b(?:address|user|recipient)\b[^.;:]{0,30}\b(?:changed to|is now)\b/i,
  ]),
  dead('report-no-host', [
    /\b(?:host|domain|server|host or domain name|domain name|mail domain|fqdn|mx)\b[^.;]{0,50}\b(?:not (?:be )?found|does not exist|doesn'?t exist|non-?existent|is (?:invalid|unknown)|unknown|not known|not resolve|not reachable|is unresolvable)\b/i,
    /\brecipient domain must exist\b|\b(?:no such|unknown|invalid|non-?existent|bad|unresolvable|find any) (?:host|domain|mail domain|destination|system|mail exchanger|recipient domain)\b/i,
    /\bunrout(?:e)?able (?:mail )?(?:domain|address)\b|\bunrout(?:e)?able\b/i,
    /\bname or service not known\b|\bdns lookup failure\b|\bnxdomain\b|\bbad address syntax\b/i,
    /\bno (?:mx|mail exchanger|a|address)(?:[ -]records?)?\b.{0,20}\b(?:found|for|defined|exist)|\bno smtp service\b|\bhas no (?:mail exchanger|mx)/i,
    /\b(?:host|domain)(?:\/\w+)?(?: \S+)? does not (?:accept|receive) (?:any )?(?:e-?mail|mail)\b/i,
  ]),
  dead('report-nobody-abroad', [
    /\b(?:adresse|empfanger|postfach|benutzer|konto)\S{0,20}\b[^.;:]{0,50}\b(?:nicht (?:gefunden|bekannt|vorhanden|existent|ermittelt)|existiert nicht|unbekannt|ungultig)/i,
    /\b(?:adresse|destinataire|utilisateur|compte|boite)\b[^.;:]{0,60}\b(?:introuvable|inconnue?|n.existe pas|inexistante?|n.a pas ete trouve|invalide)/i,
    /\b(?:direccion|destinatario|usuario|cuenta|buzon)\b[^.;:]{0,60}\b(?:no (?:existe|se (?:ha )?(?:encontr|pudo encontrar)|encontrad|valid)|desconocid|inexistente|inválid|invalid)|\bno existe\b.{0,30}\b(?:usuario|persona|cuenta|direccion|buzon)/i,
    /\b(?:endereco|destinatario|usuario|conta|caixa)\b[^.;:]{0,60}\b(?:nao (?:existe|foi encontrad|encontrad)|inexistente|desconhecid|invalid)/i,
    /\b(?:indirizzo|destinatario|utente|casella|account)\b[^.;:]{0,60}\b(?:non (?:esiste|e stat[oa] trovat|trovat|valid)|inesistente|sconosciut)|\bnessun utente\b/i,
    /\b(?:adres|ontvanger|gebruiker|postvak)\b[^.;:]{0,50}\b(?:niet gevonden|bestaat niet|onbekend|ongeldig)/i,
    /\b(?:adress\w*|mottagare\w*|anvandare\w*|modtager\w*|bruger\w*|mottaker\w*|bruker\w*)\b[^.;:]{0,50}\b(?:hittades inte|finns inte|okand|findes ikke|ikke fundet|ukendt|finnes ikke|ikke funnet|ukjent)/i,
    /\b(?:adres\w*|odbiorc\w*|uzytkownik\w*|kont\w*|skrzynk\w*)\b[^.;:]{0,50}\b(?:nie (?:istnieje|znalezion|zosta)|nieznan|niepoprawn)/i,
    /(?:адрес|получател|пользовател|ящик|учетн)\S{0,20}[^.;:]{0,60}(?:не (?:найден|существует|обнаружен|зарегистрирован)|неизвестен|недействител)/i,
    /(?:アドレス|宛先|ユーザ|受信者|メールボックス).{0,20}(?:見つかりません|見つかり ?ませんでした|存在しません|不明|ありません|存在しない)/i,
    /(?:地址|收件人|用户|用戶|邮箱|郵箱|信箱|帐户|账户|帳戶|使用者).{0,20}(?:不存在|找不到|未找到|无法找到|無法找到|无效|無效)|(?:找不到|无此|無此|查无此)(?:用户|用戶|收件人|邮箱|地址|人)/i,
    /(?:주소|수신자|사용자|계정|받는 ?사람).{0,20}(?:찾을 수 없|존재하지 않|없습니다|알 수 없)/i,
    /\b(?:alici|adres|kullanici)\w*\b.{0,40}\b(?:bulunamad|gecersiz|mevcut degil)|\b(?:cimzett|cim)\w*\b.{0,40}\bnem (?:talalhato|letezik)|\b(?:adresat|prijemce|uzivatel)\w*\b.{0,40}\b(?:neexistuje|nenalezen|neznam)/i,
  ]),
  rule('report-no-host-code', 'dead', { status: ['5'], enhanced: ['5.4.4', '5.4.310'] }),
]

const isOfCode = ({ enhanced, text }: RefusalRule): boolean => enhanced !== undefined && text === undefined

/**
 * Rules for a report's own text and the server replies that it quotes: those for replies in a session, plus bolder
 * rules for dead mailboxes that apply before a rule that matches by code only.
 */
export const REPORT_RULES: RefusalRule[] = [
  ...THROTTLED,
  ...OURS,
  ...FULL,
  NO_CONNECTION,
  ...POLICY.filter((rule) => !isOfCode(rule)),
  NOT_THEIRS,
  ...REPORT_FULL,
  ...TRIES,
  PROGRAMS,
  ...DEAD.filter(isOfCode),
  ...REPORT_DEAD,
  ...POLICY.filter(isOfCode),
  ...OTHER,
]

import { NO_SUCH_MAILBOX_CODES, NOT_TO_MAIL, type RefusalRule, reportRule, rule } from './refusal-rule.ts'

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

/** In the words of local programs, which resemble those of a policy. */
export const REPORT_FULL: RefusalRule[] = [
  reportRule('report-full', 'full', {
    text: [
      /\b(?:mail ?box|mail ?folder|mail ?dir|inbox|user|account|person|disk)\S{0,20}\b[^.;]{0,60}\b(?:quota|limit|space|storage|size)\b[^.;]{0,30}\b(?:exceed|reach|used up|violat|full|agotad)/i,
      /\b(?:quota|limit|space)\b[^.;]{0,30}\b(?:exceed\w*|reached|violation)\b[^.;]{0,30}\b(?:mail ?box|mail ?folder|user|account)\b/i,
      /\b(?:mail ?box|mail ?folder|recipient)\S{0,20}\b[^.;]{0,40}\bexceed\w* (?:the |its |allowed |maximum |local )*(?:size|limit|storage)\b/i,
      /\bnot enough (?:disk |storage )?space in\b|\bfull mail ?box\b|\bdisk ?quota\b|\btoo (?:much mail data|many messages) (?:on|in)\b/i,
      /\bwould (?:exceed|be over)\b[^.;]{0,40}\b(?:storage|quota)\b/i,
    ],
  }),
  reportRule('report-off', 'full', {
    text: [
      /\b(?:account|mail ?box|user|address|recipient)\b[^.;:]{0,40}\b(?:not active|terminated|archived|has expired|has been (?:closed|suspended)|currently suspended)\b/i,
      /\b(?:archived|expired|closed) (?:recipient|account|mail ?box|user)\b|\bextended inactivity\b/i,
    ],
  }),
]

/** If the code is not specific, the text may be: no code, other address, other system, other protocol. */
const UNSPECIFIC_CODES = [null, '5.1.0', '5.3.0', '5.5.0']

/** Codes that say little, and codes that reporting servers use for any failure. */
const UNSPECIFIC_CODES_IN_REPORTS = [
  null,
  '5.0.0',
  '5.1.*',
  '5.2.0',
  '5.2.1',
  '5.3.0',
  '5.3.2',
  '5.3.5',
  '5.4.*',
  '5.5.*',
  '5.7.0',
  '5.7.1',
]

const dead = (name: string, text: RegExp[]): RefusalRule =>
  rule(name, 'dead', {
    status: ['5'],
    enhanced: UNSPECIFIC_CODES,
    enhancedInReports: UNSPECIFIC_CODES_IN_REPORTS,
    to: NOT_TO_MAIL,
    text,
  })

/** Bolder than the others: a report needs a second one to take effect, a reply in a session does not. */
const deadInReports = (name: string, text: RegExp[], to = NOT_TO_MAIL): RefusalRule =>
  reportRule(name, 'dead', { status: ['5'], enhanced: UNSPECIFIC_CODES_IN_REPORTS, to, text })

const NOBODY = [
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
]

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
  rule('no-such-mailbox-code', 'dead', { status: ['5'], enhanced: NO_SUCH_MAILBOX_CODES, to: NOT_TO_MAIL }),
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
  // A filter also uses these words for an email that it rejects after it received it.
  deadInReports('report-nobody', NOBODY, ['RCPT', null]),
  reportRule('report-filtered', 'policy', { status: ['5'], to: ['DATA'], text: NOBODY }),
  deadInReports('report-moved', [
    /\bhas been replaced by\b|\b(?:user|recipient|mail ?box|address|person|account)\b[^.;:]{0,40}\bhas (?:moved|changed|left)\b/i,
    /\b(?:address|user|recipient)\b[^.;:]{0,30}\b(?:changed to|is now)\b/i,
  ]),
  deadInReports('report-no-host', [
    /\b(?:host|domain|server|host or domain name|domain name|mail domain|fqdn|mx)\b[^.;]{0,50}\b(?:not (?:be )?found|does not exist|doesn'?t exist|non-?existent|is (?:invalid|unknown)|unknown|not known|not resolve|not reachable|is unresolvable)\b/i,
    /\brecipient domain must exist\b|\b(?:no such|unknown|invalid|non-?existent|bad|unresolvable|find any) (?:host|domain|mail domain|destination|system|mail exchanger|recipient domain)\b/i,
    /\bunrout(?:e)?able (?:mail )?(?:domain|address)\b|\bunrout(?:e)?able\b/i,
    /\bname or service not known\b|\bdns lookup failure\b|\bnxdomain\b|\bbad address syntax\b/i,
    /\bno (?:mx|mail exchanger|a|address)(?:[ -]records?)?\b.{0,20}\b(?:found|for|defined|exist)|\bno smtp service\b|\bhas no (?:mail exchanger|mx)/i,
    /\b(?:host|domain)(?:\/\w+)?(?: \S+)? does not (?:accept|receive) (?:any )?(?:e-?mail|mail)\b/i,
  ]),
  deadInReports('report-nobody-abroad', [
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
  reportRule('report-no-host-code', 'dead', { status: ['5'], enhanced: ['5.4.4', '5.4.310'] }),
]

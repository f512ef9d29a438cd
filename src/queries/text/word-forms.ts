import { newStemmer } from 'snowball-stemmers'

// Corrections to the Snowball stemmer, from reading all words of 11,573 titles and abstracts.

const { stem: snowball } = newStemmer('english')

// Plurals of abbreviations, which Snowball does not stem: llms, gpus.
const ABBREVIATIONS = /^([b-df-hj-np-tv-xz]{2,}[b-df-hj-np-rtv-xz]|[cgnt]pu)s$/

// Not media (social media), data (a datum is a survey point), bases (base or basis) and leaves (to leave).
const SINGULARS = new Map(
  `analyses analysis, catalyses catalysis, crises crisis, diagnoses diagnosis, emphases emphasis,
    hypotheses hypothesis, metastases metastasis, oases oasis, paralyses paralysis, parentheses parenthesis,
    prognoses prognosis, prostheses prosthesis, psychoses psychosis, synopses synopsis, syntheses synthesis,
    theses thesis, axes axis, appendices appendix, codices codex, cortices cortex, helices helix, indices index,
    matrices matrix, simplices simplex, submatrices submatrix, vertices vertex, vortices vortex,
    automata automaton, criteria criterion, ganglia ganglion, lexica lexicon, mitochondria mitochondrion,
    phenomena phenomenon, polyhedra polyhedron, tetrahedra tetrahedron, bacteria bacterium, curricula curriculum,
    desiderata desideratum, equilibria equilibrium, errata erratum, extrema extremum, maxima maximum,
    minima minimum, optima optimum, spectra spectrum, strata stratum, symposia symposium, corpora corpus,
    subcorpora subcorpus, genera genus, lemmata lemma, schemata schema, stigmata stigma, bacilli bacillus,
    foci focus, fungi fungus, loci locus, moduli modulus, nuclei nucleus, radii radius, stimuli stimulus,
    syllabi syllabus, thesauri thesaurus, children child, feet foot, geese goose, men man, mice mouse,
    people person, teeth tooth, women woman, halves half, knives knife, shelves shelf, thieves thief,
    wolves wolf, buses bus, gases gas, lenses lens, quizzes quiz`
    .split(',')
    .map((pair) => pair.trim().split(' ') as [string, string]),
)

const AMERICAN: [british: RegExp, american: string][] = [
  [
    /(?<=arm|behavi|cand|col|endeav|fav|ferv|flav|harb|hon|hum|lab|neighb|od|rig|rum|sav|splend|tum|vap|vig)our/,
    'or',
  ],
  [/(?<=calib|cent|fib|lit|lust|met|sab|scept|somb|spect|theat)re[ds]?$/, 'er'],
  [/(?<=^(?:ana|cata|dia|homo|mono)log)u(?:e[ds]?|ing)$/, ''],
  [/^practis(?=e|ing)/, 'practic'],
  // optimise, but not noise, precise, surprise, supervise or expertise. Elsewhere, as in sunrise, a z does no harm.
  [
    /(?<=\w{3}(?<![aeouvw]|[^ai]c|pr|prom|[pv]ert))is(?=e[drs]?$|ers$|ings?$|ations?$|ational$|ab(?:le|ility)$)/,
    'iz',
  ],
  [/(?<=al|ol)ys(?=e[dr]?$|ers$|ing$)/, 'yz'],
  [/(?<=def|off|pret)ence/, 'ense'],
  [/^licenc/, 'licens'],
  [/^grey/, 'gray'],
  [/^artefact/, 'artifact'],
  [/sceptic/, 'skeptic'],
  [/manoeuvr(?:e|(?=[ai]))/, 'maneuver'],
  [/(?<!d)aem/, 'em'],
  [/paed/, 'ped'],
  [/^foet/, 'fet'],
  [/^oe(?=dem|soph|str)/, 'e'],
  [/anaesth/, 'anesth'],
  [/sulph/, 'sulf'],
  [/^mould/, 'mold'],
  [/^judgement/, 'judgment'],
  [/^learnt$/, 'learned'],
  [/^programmes?$/, 'program'],
  [/^aluminium$/, 'aluminum'],
  [/^disc(s?)$/, 'disk$1'],
]

// Words that Snowball stems alike although they are different subjects. Each is a subject together with every word of
// the same stem that starts with it, or with its part before the slash: generalization, generalized, but not general.
// Words joined by + are one subject. The first that fits counts.
const SUBJECTS = Map.groupBy(
  `accessib/le accountab/le actionabl/e activat/e activit/y adapter+adaptor adaptiv/e additiv/e admission affectiv/e
    affinit/y affordance alternativ/e analogy+analogies+analogous+analogical analytics animal appearance assistant
    associativ/e attribution authenticat/e authorit/y authoriz/e availabilit/y betweenness bounding building business
    careful categorical centralit/y centraliz/e characteriz/e civiliz/e collectiv/e colonial coloriz/e commutativ/e
    competen/t competition completion complexit/y composite comprehension computer conductance conductiv/e conference
    conformal conformer connectivit/y conservativ/e consisten/t constitution consumer container contention continual
    continuous+continuity contrastiv/e conversation conversion coordination+coordinated+coordinating+coordinator
    covariance critical customer definition demonstration dependen/t derivativ/e developer difference differential
    digital digitiz/e direction discrimination+discriminatory distribution documentation dynamics edition effectiv/e
    electronics electronic embedding emergency+emergencies employment engineer equalit/y equaliz/e excellen/t
    exceptional exception existence expectation experiment expressiv/e extensiv/e extremis/m fabricat/e factorial
    factoriz/e federal figurativ/e fitness formation fractional framing friendly generaliz/e government graphical
    grounding+grounded handful helpful hospitalit/y hospitaliz/e humane humanit/y identical illness imaging importance
    important indicator indicat/e informal information+informativ/e initializ/e initial integral integrit/y intelligib/le
    intensit/y interesting internaliz/e international interpreter intersectionalit/y ironic journalis/m judicial
    lateral lighting literal localiz/e logistics majorit/y marginaliz/e marginal marketing+marketer materializ/e
    maximiz/e meaningful meaning mechanical mechanism medication memorial mindful mineral minimiz/e minorit/y
    moderation+moderator modulat/e multiplic/ation natural negation normaliz/e numerous objectiv/e occupanc/y
    occupation operator optimal organic organism organiz/e original periodic personalit/y personaliz/e personal
    physics plasticit/y polarit/y polariz/e polite position powerful practical precision presentation probabilit/y
    production productiv/e progression progressiv/e projection+projective proposal provenance provider proximal
    publication quantifier ranking rating reasonabl/e receiver receptiv/e reference regulariz/e relation relativit/y
    relativ/e requirement residue respondent responsib/le satisfiab/le scaling screening sequencing setting several
    sharpe significance similarit/y specializ/e specification specificit/y standardiz/e subjectiv/e
    successiv/e+succession surprisal sustainab/le systemic timing tokeniz/e transformer transition transitiv/e
    transportation universal universit/y useful utilit/y validat/e variabilit/y variational visualiz/e`
    .split(/\s+/)
    .flatMap((subject) => {
      const words = subject.split('+')
      const starts = words.map((word) => word.replace(/\/.*/, ''))
      return words.map((word, i) => ({
        stem: snowball(word.replace('/', '')),
        start: starts[i]!,
        key: starts[0]!,
      }))
    }),
  ({ stem }) => stem,
)

/** The common key of a word's inflections and spellings, in lower case: models and modelling are both "model". */
export function stemOf(word: string): string {
  const abbreviation = ABBREVIATIONS.exec(word)?.[1]
  if (abbreviation) return abbreviation
  const singular = SINGULARS.get(word) ?? word
  const american = AMERICAN.reduce(
    (text, [british, replacement]) => text.replace(british, replacement),
    singular,
  )
  const stem = snowball(american)
  return SUBJECTS.get(stem)?.find(({ start }) => american.startsWith(start))?.key ?? stem
}

// Beginnings that papers join to a word, hyphenate or write apart: multimodal, multi-modal, multi modal.
const BEGINNING =
  /^(?:multi(?!pl[eiy]|tud)|non|semi|cross(?!ed|es|ing)|spatio|socio|neuro|intra|omni|ultra|meta(?=analy|learn)|pre(?=comput|defin|exist|process|train)|post(?=process|train)|sub(?=goal|network|optim|problem|task|word)|auto(?=encod|regress)|bi(?=direct)|co(?=evol|occur)|re(?=identif|rank|train)|fine(?=tun)|over(?=fit|smooth)|under(?=explor|represent)|hyper(?=param)|super(?=resol)|e(?=mail)|back(?=propag)|(?:few|one|zero)(?=shot)|light(?=weight)|trade(?=off))(?=[a-z]{3})/i

/** The words that a word of a query may be written as: multi and modal for multimodal, otherwise the word itself. */
export function partsOf(word: string): string[] {
  const [beginning = ''] = BEGINNING.exec(word) ?? []
  return [beginning, word.slice(beginning.length)].filter(Boolean)
}

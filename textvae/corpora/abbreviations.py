"""English abbreviations by what may follow their full stop, and the words that begin sentences.

Everything is lower-case and without the last full stop. What these lists lack, Punkt has learned
(`punkt.json.gz`).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A name or another word always follows: "Dr. Smith", "i.e. nobody".
LEADING = _words("""
    mr mrs ms mx dr drs prof rev revd hon fr messrs mme mlle mgr msgr m'lle gen col capt cpt lt sgt maj
    cpl cmdr cdr adm brig pvt pfc gov sen rep reps sens pres amb supt insp det sra st ste mt atty asst
    assoc e.g eg i.e ie viz cf vs approx ca incl excl esp resp aka ibid
""")

# Only before a number: "No. 5", "pp. 3-7"; otherwise an ordinary word or the end of a sentence.
COUNTING = _words("""
    no nos nr fig figs vol vols p pp ch chap sec secs art arts op par para eq eqs tab v vv pt
""")

# May end a sentence as well as stand inside it: "at 3 p.m. He left", "at 3 p.m. in Rome".
EITHER = _words("""
    etc al inc ltd co corp bros plc llc jr sr esq dept univ assn intl natl govt mfg ass'n gov't int'l
    nat'l a.m p.m u.s u.s.a u.k u.n e.u d.c b.c a.d b.c.e c.e l.a n.y p.s r.s.v.p ph.d b.a m.a b.sc m.sc
    m.d d.phil ll.b ll.m m.b.a r.n jan feb apr jun jul aug sep sept oct nov dec mon tue tues thu thur
    thurs ariz ark calif colo conn fla ga kan kans ky md mich minn mont neb nebr nev okla penn tenn tex va
    vt wis wisc wyo ont que oz ft lb lbs tsp tbsp qt gal kg km cm mm ml hr hrs min mins yr yrs mph mi avg
    misc ave blvd rd ln hwy apt bldg rm ext tel est eds repr suppl anon orig abbr cont'd
""")

# The same, but ordinary words unless they begin with a capital: "Springfield, Ill. and Boston".
CAPITALISED = _words("Ala Art Ed Del Fri Ill Ind La Mar Mass Max Me Miss Ore Pa Sat Sun Temp Wash Wed")

# Brands that carry an exclamation mark in their name.
EXCLAIMING = _words("yahoo jeopardy")

# Capitalised after an abbreviation, these begin a sentence rather than a name.
STARTERS = _words("""
    a an the this that these those there here he she it they we you his her its their our your my i i'm
    i've i'd i'll he's she's it's they're we're you're who what when where why which how if in on at for
    from with by to as but and or so yet nor however although though while since because after before
    until during then now once later today yesterday tomorrow meanwhile moreover therefore thus instead
    still also even only just not no yes please thank thanks is are was were do does did don't can could
    will would should may might let let's have has had some many most all both each every several few one
    two another other others such everyone everybody someone nobody nothing something anyone people
    according despite unlike
""")

# "Stop!" Mary cried.
SAYING = _words("""
    said says say asked asks replied replies answered cried exclaimed shouted whispered called added began
    continued yelled screamed muttered murmured remarked observed explained told thought laughed sighed
    demanded repeated insisted wrote returned interrupted inquired enquired
""")

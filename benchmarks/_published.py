"""What others have published on BSDS300, with the tables it stands in."""

# Probabilistic Rand index, variation of information, global consistency error, boundary
# displacement error: means over all 300 images.
Scores = tuple[float | None, float | None, float | None, float | None]

# Zhou & Wei, IEEE Access 8 (2020), Table 1 and the papers of the methods.
SYSTEMS: dict[str, Scores] = {
    "CDS": (0.8539, 1.5712, 0.1572, 10.18),
    "SHST": (0.8470, 1.4500, 0.1470, 18.29),
    "AF-graph": (0.8452, 1.6320, 0.1870, 13.95),
    "CCP-LAS": (0.8442, 1.5871, 0.1582, 10.46),
    "DIC, best of 7 settings for each image": (0.8407, 1.7491, 0.1390, 10.18),
    "SAS": (0.8319, 1.6849, 0.1779, 11.29),
    "DIC, best single setting": (0.8140, 1.9084, 0.1638, 11.37),
}

# Table 3: epochs, with C = 100 and M = 32.
EPOCHS: dict[int, Scores] = {
    50: (0.8038, 2.07, 0.157, 11.6),
    100: (0.8108, 1.99, 0.152, 11.4),
    200: (0.8094, 1.96, 0.154, 11.4),
    300: (0.8101, 1.90, 0.159, 11.4),
}

# Table 4: the settings of C and M (the text says M = 64 where the table has 48).
SETTINGS = [(20, 16), (50, 32), (90, 32), (120, 32), (160, 48), (200, 64), (300, 64)]
BEST_SETTING = (50, 32)

# Table 5: without the clustering subnetwork.
WITHOUT_CLUSTERING: Scores = (0.8064, 1.9890, 0.1635, 11.41)

# Table 6: seconds an image on a GTX 1080, by epochs, and the range over C = 20 ... 300.
SECONDS = {50: 7.2, 100: 15.0, 200: 30.1, 300: 44.7}
SECONDS_BY_CLUSTERS = {20: 13.3, 300: 21.5}

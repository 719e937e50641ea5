"""What others have published on BSDS300, with the tables it stands in."""

# Probabilistic Rand index, variation of information, global consistency error, boundary
# displacement error, segmentation covering: means over all 300 images, with the digits printed.
Scores = tuple[str, str, str, str, str]
NOTHING: Scores = ("", "", "", "", "")

# Zhou & Wei, IEEE Access 8 (2020), Table 1, and the papers of the methods.
SYSTEMS: dict[str, Scores] = {
    "ISCC (ensemble)": (".86", "1.66", "", "", ".65"),
    "CDS": (".8539", "1.5712", ".1572", "10.18", ".68"),
    "SHST": (".8470", "1.4500", ".1470", "18.29", ""),
    "AF-graph": (".8452", "1.6320", ".1870", "13.95", ""),
    "CCP-LAS": (".8442", "1.5871", ".1582", "10.46", ".68"),
    "DIC, best of 7 settings for each image": (".8407", "1.7491", ".1390", "10.18", ""),
    "SAS": (".8319", "1.6849", ".1779", "11.29", ".61"),
    "DIC, best single setting": (".8140", "1.9084", ".1638", "11.37", ""),
}

# Table 3: epochs, with C = 100 and M = 32.
EPOCHS: dict[int, Scores] = {
    50: (".8038", "2.07", ".157", "11.6", ""),
    100: (".8108", "1.99", ".152", "11.4", ""),
    200: (".8094", "1.96", ".154", "11.4", ""),
    300: (".8101", "1.90", ".159", "11.4", ""),
}

# Table 4: the settings of C and M (the text says M = 64 where the table has 48).
SETTINGS = [(20, 16), (50, 32), (90, 32), (120, 32), (160, 48), (200, 64), (300, 64)]
BEST_SETTING = (50, 32)

# Table 5: without the clustering subnetwork.
WITHOUT_CLUSTERING: Scores = (".8064", "1.9890", ".1635", "11.41", "")

# Table 6: seconds an image on a GTX 1080, by epochs, and the range over C = 20 ... 300.
SECONDS = {50: 7.2, 100: 15.0, 200: 30.1, 300: 44.7}
SECONDS_BY_CLUSTERS = {20: 13.3, 300: 21.5}

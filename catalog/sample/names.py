"""Turkish words from which the sample bank makes people, companies, streets and towns."""

from __future__ import annotations

FIRST_NAMES = tuple(
    """
    Elif Zeynep Defne Ayşe Fatma Emine Hatice Şule Gülşah Çiğdem Özlem Tuğba Büşra Nazlı Işıl
    Ilgın İpek İrem Sıla Yağmur Pınar Gökçe Ümran Şebnem Songül Dilara Ebru Melis Nur Ezgi
    Mehmet Mustafa Ahmet Ali Hüseyin İbrahim İsmail Şükrü Çağrı Çınar Özgür Ömer Oğuz Tuğrul
    Yiğit Işık Ilgaz Uğur Ümit Gökhan Barış Cem Kerem Emre Selim Tarık Halit Deniz Doğan Kaan
    """.split()  # noqa: SIM905
)

LAST_NAMES = tuple(
    """
    Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç
    Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Özcan Korkmaz Çakır Erdoğdu Yavuz Can Acar
    Şen Aktaş Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal Turan Gül Özer Işık Kaplan Avcı
    Sarı Tekin Taş Köse Yüksel Ateş Aksoy Uçar Gündüz Tunç Irmak İnce İpekçi Ilıcalı Oğuz
    Ağaoğlu Büyüközer
    """.split()  # noqa: SIM905
)

TRADES = (
    "Gıda",
    "İnşaat",
    "Tekstil",
    "Otomotiv",
    "Mobilya",
    "Kırtasiye",
    "Turizm",
    "Lojistik",
    "Tarım",
    "Makine",
    "Ambalaj",
    "Seramik",
    "Yazılım",
    "Madencilik",
    "İplik",
)

COMPANY_FORMS = ("A.Ş.", "Ltd. Şti.")

# Each town with its districts; the weight follows the order.
TOWNS = (
    ("İstanbul", ("Kadıköy", "Üsküdar", "Beşiktaş", "Şişli", "Bağcılar", "Ümraniye")),
    ("Ankara", ("Çankaya", "Keçiören", "Yenimahalle", "Gölbaşı")),
    ("İzmir", ("Karşıyaka", "Bornova", "Çiğli", "Ödemiş")),
    ("Bursa", ("Nilüfer", "Osmangazi", "İnegöl")),
    ("Antalya", ("Muratpaşa", "Kepez", "Alanya")),
    ("Konya", ("Selçuklu", "Meram", "Ereğli")),
    ("Adana", ("Seyhan", "Çukurova")),
    ("Gaziantep", ("Şahinbey", "Şehitkamil")),
    ("Şanlıurfa", ("Eyyübiye", "Haliliye")),
    ("Kayseri", ("Melikgazi", "Kocasinan")),
    ("Eskişehir", ("Odunpazarı", "Tepebaşı")),
    ("Diyarbakır", ("Bağlar", "Kayapınar")),
    ("Muğla", ("Menteşe", "Bodrum", "Fethiye")),
    ("Çanakkale", ("Merkez", "Gelibolu")),
    ("Iğdır", ("Merkez", "Tuzluca")),
)

STREETS = (
    "Gül",
    "Papatya",
    "Zümrüt",
    "Çınar",
    "Kızılırmak",
    "Şair Nedim",
    "İstiklal",
    "Cumhuriyet",
    "Yıldız",
    "Işıklar",
    "Akasya",
    "Menekşe",
    "Güneş",
    "Ihlamur",
    "Ortaköy",
    "Değirmen",
    "Çeşme",
    "Okul",
    "Fırın",
    "Köprübaşı",
)

STREET_KINDS = ("Sokak", "Caddesi", "Bulvarı")

# Domains that the internet sets aside for examples: nobody can own them.
MAIL_DOMAINS = ("posta.example", "mektup.example", "eposta.example", "haberci.example")

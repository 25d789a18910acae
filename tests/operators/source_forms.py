"""Ways of writing a value beside an operator.

Each says 2 last where its other version says 3.
"""

HEADER = """
import array, collections, dataclasses, datetime, decimal, enum, fractions, functools, io, itertools
import math, operator, pathlib, random, re, threading, types, typing
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
"""

OPERATOR = """
class Mine(nn.Module):
    def forward(self, x):
        return K, x
"""

FORMS = {
    "tensor": "K = torch.tensor([1.0, 2.0])",
    "bfloat16": "K = torch.tensor([1.0, 2.0], dtype=torch.bfloat16)",
    "bool tensor": "K = torch.arange(4) < 2",
    "complex tensor": "K = torch.tensor([2j]).conj()",
    "sparse tensor": "K = torch.eye(2).mul(2).to_sparse()",
    "parameter": "K = nn.Parameter(torch.full((1,), 2.0))",
    "shape of a tensor": "K = torch.zeros(2, 6).reshape(2, -1)",
    "layer": "K = nn.AvgPool2d(2)",
    "layers": "K = nn.Sequential(nn.ReLU(), nn.AvgPool2d(2))",
    "array": "K = np.array([1, 2])",
    "masked array": "K = np.ma.masked_equal(np.array([1, 2, 3]), 2)",
    "structured array": "K = np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f4')])",
    "array of objects": "K = np.array([{'a': 2}, None], dtype=object)",
    "number of numpy": "K = np.float32(2)",
    "vectorized": "K = np.vectorize(lambda x: x * 2)",
    "set": "K = {'a', 'b', 'c2'}",
    "frozenset": "K = frozenset(('a', 'b', 2))",
    "range": "K = range(2)",
    "slice": "K = slice(None, None, 2)",
    "complex": "K = 2j",
    "bytes": "K = b'2'",
    "bytearray": "K = bytearray(b'2')",
    "memoryview": "K = memoryview(b'12')",
    "array of the library": "K = array.array('d', [2.0])",
    "dictionary": "K = {('a', frozenset((1, 2))): 1}",
    "order of a dictionary": "K = {1: 0, 3: 0} if 2 == 2 else {3: 0, 1: 0}",
    "default dictionary": "K = collections.defaultdict(lambda: 2)",
    "queue": "K = collections.deque([1, 2], maxlen=4)",
    "counter": "K = collections.Counter(a=2)",
    "chain": "K = collections.ChainMap({'a': 2})",
    "named tuple": "K = collections.namedtuple('P', 'a')(2)",
    "typed tuple": """
class P(typing.NamedTuple):
    a: int = 2
K = P
""",
    "dataclass": """
@dataclasses.dataclass
class P:
    a: int = 2
K = P
""",
    "dataclass with a factory": """
@dataclasses.dataclass
class P:
    a: list = dataclasses.field(default_factory=lambda: [2])
K = P()
""",
    "enumeration": """
class P(enum.Enum):
    A = 2
K = P
""",
    "member": """
class P(enum.IntEnum):
    A = 2
K = P.A
""",
    "flags": """
class P(enum.Flag):
    A = 2
    B = 8
K = P.A | P.B
""",
    "slots": """
class P:
    __slots__ = ('a',)
K = P()
K.a = 2
""",
    "instance": """
class P:
    pass
K = P()
K.a = torch.tensor(2)
""",
    "list with a name": """
class P(list):
    pass
K = P([1])
K.a = 2
""",
    "namespace": "K = types.SimpleNamespace(a=2)",
    "decimal": "K = decimal.Decimal('2')",
    "fraction": "K = fractions.Fraction(1, 2)",
    "path": "K = pathlib.PurePosixPath('a2')",
    "expression": "K = re.compile('a{2}', re.I)",
    "duration": "K = datetime.timedelta(2)",
    "dtype": "K = {2: torch.float32, 3: torch.float64}[2]",
    "dtype of numpy": "K = np.dtype('f4') if 2 == 2 else np.dtype('f8')",
    "device": "K = torch.device('cpu', 2)",
    "size": "K = torch.Size([2])",
    "generator of numbers": "K = torch.Generator().manual_seed(2)",
    "generator of numpy": "K = np.random.default_rng(2)",
    "partial": "K = functools.partial(F.max_pool2d, kernel_size=2)",
    "partial of one's own": """
def f(x, k): return x * 2
K = functools.partial(f, k=1)
""",
    "lambda": "K = lambda x: x * 2",
    "lambda over lines": """
K = {'a': lambda x: (x
 * 2)}
""",
    "function": "def K(x): return x * 2",
    "function with defaults": "def K(x, f=torch.tensor(2)): return x * f",
    "function with named defaults": "def K(x, *, f=(1, 2)): return x * f",
    "name of an argument": "def K(x, a2=1): return x",
    "attribute of a function": """
def K(x): return K.a
K.a = 2
""",
    "closure": """
def make(k):
    return lambda x: x * k
K = make(torch.tensor(2))
""",
    "closure in a closure": """
def make(k):
    def outer():
        return lambda x: x * k
    return outer()
K = make(2)
""",
    "decorated": """
def twice(f):
    @functools.wraps(f)
    def g(x): return f(x) * 2
    return g
@twice
def K(x): return x
""",
    "decorated below": """
def twice(f):
    @functools.wraps(f)
    def g(x): return f(x)
    return g
@twice
def K(x): return x * 2
""",
    "decorated by a library": """
@torch.no_grad()
def K(x): return x * 2
""",
    "cached": """
@functools.lru_cache(8)
def K(x): return x * 2
""",
    "single dispatch": """
@functools.singledispatch
def K(x): return x
@K.register
def _(x: int): return x * 2
""",
    "bound method": "K = collections.Counter({'a': 2}).get",
    "bound method of one's own": """
class P:
    def __init__(self, k): self.k = k
    def get(self): return self.k
K = P(2).get
""",
    "method of text": "K = '2'.join",
    "library's function": "K = {2: F.max_pool2d, 3: F.avg_pool2d}[2]",
    "library's method": "K = {2: torch.Tensor.amax, 3: torch.Tensor.amin}[2]",
    "built-in function": "K = {2: torch.relu, 3: torch.sigmoid}[2]",
    "operation": "K = {2: torch.ops.aten.relu.default, 3: torch.ops.aten.abs.default}[2]",
    "ufunc": "K = {2: np.add, 3: np.subtract}[2]",
    "library's class": "K = {2: nn.MaxPool2d, 3: nn.AvgPool2d}[2]",
    "getter": "K = operator.itemgetter(2)",
    "iterator": "K = iter([1, 2])",
    "class attribute": """
class K:
    a = torch.tensor(2)
""",
    "class in a class": """
class K:
    class Inner:
        a = 2
""",
    "base class": """
class P:
    a = 2
class K(P): pass
""",
    "metaclass": """
class M(type):
    a = 2
class K(metaclass=M): pass
""",
    "torch's list of constants": """
class K:
    __constants__ = ['a2']
""",
    "property": """
class K:
    @property
    def a(self): return 2
""",
    "setter": """
class K:
    @property
    def a(self): return 1
    @a.setter
    def a(self, v): self.b = 2
""",
    "cached property": """
class K:
    @functools.cached_property
    def a(self): return 2
""",
    "static method": """
class K:
    @staticmethod
    def a(): return 2
""",
    "class method": """
class K:
    @classmethod
    def a(cls): return 2
""",
    "partial method": """
class K:
    def a(self, k): return k
    b = functools.partialmethod(a, 2)
""",
    "slot with a value": """
class K:
    def __call__(self, x, k=(2,)): return x
""",
    "gradient of one's own": """
class K(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x * 2
    @staticmethod
    def backward(ctx, g): return g
""",
    "jit function": """
@torch.jit.script
def K(x: torch.Tensor):
    return x * 2
""",
    "jit module": """
class P(nn.Module):
    def __init__(self):
        super().__init__()
        self.k = 2
    def forward(self, x: torch.Tensor):
        return x * self.k
K = torch.jit.script(P())
""",
    "circle": """
K = [2]
K.append(K)
""",
    "singleton": """
class P:
    a = 2
P.only = P()
K = P.only
""",
    "lock beside a value": """
class P:
    pass
K = P()
K.lock = threading.Lock()
K.a = 2
""",
    "proxy": "K = types.MappingProxyType({'a': 2})",
    "text of thousands": "K = 10**5000 + 2",
    "half a character": "K = '\\ud800' + '2'",
}
